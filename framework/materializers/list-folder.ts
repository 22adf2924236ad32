import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError, sluiceError } from '../errors.ts';
import { systemReason } from '../hashing/system-reason.ts';

/** One regular file below a folder. */
export interface ListedFile {
  /** Relative to the folder, with `/` on every system. */
  readonly path: string;
  /** Where it lies. */
  readonly absolute: string;
}

/**
 * Every regular file below `folder`, sorted by relative path (UTF-16 code units, the same everywhere). Symbolic links are followed, to files
 * and to folders; empty folders don't count.
 * @throws ERR_INPUT naming the entry: a broken link, a link to a folder around it, a socket, pipe or device. ERR_FILE_NOT_FOUND
 */
export async function listFolder(folder: string): Promise<readonly ListedFile[]> {
  const files: ListedFile[] = [];
  await walk(folder, '', [], files);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** @param above real paths of the folders around this one. */
async function walk(folder: string, prefix: string, above: readonly string[], files: ListedFile[]): Promise<void> {
  const real = await readable(folder, () => realpath(folder));
  if (above.includes(real)) {
    throw inputError(
      `${folder} is a link to a folder around it, so it never ends.`,
      'Remove the link, or name a folder below it.',
    );
  }
  for (const entry of await readable(folder, () => readdir(folder, { withFileTypes: true }))) {
    const [path, absolute] = [prefix + entry.name, join(folder, entry.name)];
    const kind = entry.isSymbolicLink() ? await readable(absolute, () => stat(absolute)) : entry;
    if (kind.isFile()) files.push({ path, absolute });
    else if (kind.isDirectory()) await walk(absolute, `${path}/`, [...above, real], files);
    else
      throw inputError(
        `${absolute} is neither a file nor a folder.`,
        'Remove the socket, pipe or device from the folder.',
      );
  }
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw sluiceError('ERR_FILE_NOT_FOUND', { path, what: 'Folder, or what a link points to,' }, error);
    throw inputError(`${path} can't be read: ${systemReason(error)}.`, 'Mend its permissions, or leave it out.', error);
  }
}
