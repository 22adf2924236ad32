import { inputError } from '../errors.ts';
import { type Digest, isDigest } from '../hashing/digest.ts';
import type { FolderFile } from './materializer.ts';

const HEAD = 'sluice-directory 1';

/**
 * The bytes whose SHA-256 is a folder's identity: a first line with the version, then one JSON line `["path",size,"digest"]` a file, sorted
 * by path. Neither times nor modes are in it.
 * @param files sorted as `listFolder` does.
 */
export function encodeManifest(files: readonly FolderFile[]): Uint8Array {
  const lines = files.map(({ path, size, digest }) => JSON.stringify([path, size, digest]));
  return Buffer.from(`${[HEAD, ...lines].join('\n')}\n`);
}

/** @throws ERR_INPUT for bytes that are no manifest, or that name a file outside the folder. */
export function decodeManifest(bytes: Uint8Array): readonly FolderFile[] {
  const [head, ...lines] = Buffer.from(bytes).toString().split('\n');
  if (head !== HEAD || lines.pop() !== '') throw notAManifest('its first or last line is wrong');
  return lines.map((line) => {
    const [path, size, digest] = JSON.parse(line) as [string, number, Digest];
    if (!isDigest(digest) || !Number.isSafeInteger(size)) throw notAManifest(`the row ${line} is wrong`);
    // What is written to disk by this path must stay inside the folder, whoever wrote the manifest.
    if (path.split('/').some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
      throw notAManifest(`the path ${JSON.stringify(path)} leads out of the folder`);
    }
    return { path, size, digest };
  });
}

const notAManifest = (problem: string): Error =>
  inputError(`An artifact of format directory has no valid manifest: ${problem}.`, 'Run the step that made it again.');
