import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { inputError } from 'sluice';

/** An archive of 7 MB has no business being larger unpacked. */
const MOST_BYTES = 512 * 1024 * 1024;

/**
 * Unpacks a ZIP archive into a folder.
 *
 * @param name names the archive in errors.
 * @throws ERR_INPUT for a damaged archive, one that unpacks to more than 512 MB, and an entry that would land outside the folder; nothing is written then.
 */
export async function unzipInto(archive: Uint8Array, folder: string, name: string): Promise<void> {
  const { unzipSync } = await import('fflate');
  const refuse = (reason: string, cause?: unknown): Error =>
    inputError(`${name} was not unpacked: ${reason}.`, 'Download it again, or unpack it yourself and look.', cause);
  let entries: Record<string, Uint8Array>;
  let total = 0;
  let tooLarge = false;
  try {
    entries = unzipSync(archive, {
      filter: ({ name: entry, originalSize }) => {
        total += originalSize;
        tooLarge ||= total > MOST_BYTES;
        return !tooLarge && !entry.endsWith('/');
      },
    });
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error), error);
  }
  if (tooLarge) throw refuse('it unpacks to more than 512 MB');
  const root = resolve(folder);
  const targets = Object.keys(entries).map((entry) => [entry, resolve(root, entry)] as const);
  for (const [entry, target] of targets) {
    // A backslash or a drive letter is a path on Windows only: refused everywhere, so that all machines agree.
    if (!target.startsWith(root + sep) || /[\\:]/.test(entry)) {
      throw refuse(`the entry ${JSON.stringify(entry)} points outside`);
    }
  }
  for (const [entry, target] of targets) {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, entries[entry]!);
  }
}
