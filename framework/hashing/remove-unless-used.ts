import type { Stats } from 'node:fs';
import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryName } from './temporary-name.ts';

/**
 * Removes a file or folder of a cache that other processes may begin to use at this moment. It is taken from its place by one rename, looked at
 * there, and put back if it was used since; only then it is emptied. (To look first and then remove file by file would take them, for as long as
 * that lasts, from under whoever came in between.)
 *
 * @param options.tmp on the same volume; what a killed process leaves there is found by garbage collection.
 * @param options.isUsed whether it has to stay, by what it is now: asked before and after it was taken away.
 * @returns false where it stays, or is gone already.
 */
export async function removeUnlessUsed(
  path: string,
  options: { readonly tmp: string; readonly isUsed: (stat: Stats) => boolean | Promise<boolean> },
): Promise<boolean> {
  const before = await statOf(path);
  if (!before || (await options.isUsed(before))) return false;
  await mkdir(options.tmp, { recursive: true });
  const aside = join(options.tmp, temporaryName());
  if (!(await moved(path, aside))) return false;
  const after = await statOf(aside);
  if (after && (await options.isUsed(after)) && (await putBack(aside, path))) return false;
  await rm(aside, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return true;
}

/** False where another process has removed it. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** False where somebody has made it anew meanwhile. */
async function putBack(aside: string, path: string): Promise<boolean> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await rename(aside, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST', 'ENOTEMPTY', 'EPERM', 'EISDIR', 'ENOTDIR')) return false;
    throw error;
  }
}

const statOf = (path: string): Promise<Stats | undefined> =>
  lstat(path).catch((error: unknown) => {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  });

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));
