import type { Stats } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from './digest.ts';
import { oldestUser } from './folder-users.ts';
import { removeUnlessUsed } from './remove-unless-used.ts';

export interface TrimOptions {
  readonly root: string;
  /** Bytes that may stay. */
  readonly maxBytes: number;
  /** Milliseconds since the epoch. Default: the clock. */
  readonly now?: number;
}

export interface Trimmed {
  /** Bytes found, and bytes that went. */
  readonly size: number;
  readonly freed: number;
}

/** A share is left free, so that not every download that follows trims again. */
const GOAL = 0.9;
/** Milliseconds: what was used so lately may be on its way to a user that has not entered yet. */
const YOUNG = 10 * 60_000;

interface CachedObject {
  readonly digest: string;
  readonly path: string;
  readonly size: number;
  readonly usedAt: number;
}

/**
 * Removes what was used least lately from a folder of `openContentFolder` until it is under its limit. `ROOT/files` and `ROOT/folders` hold
 * hard links to its objects, under `ab/cdef…/NAME` as the objects are, which keep the bytes on the disk: they go first.
 *
 * Nothing goes that was used since the oldest living user of the folder entered (`enterFolder`): a running step may hold its path.
 * Several processes may trim at once.
 */
export async function trimContentFolder({ root, maxBytes, now = Date.now() }: TrimOptions): Promise<Trimmed> {
  const objects: CachedObject[] = [];
  for await (const object of objectsOf(root)) objects.push(object);
  const size = objects.reduce((sum, object) => sum + object.size, 0);
  if (size <= maxBytes) return { size, freed: 0 };
  const horizon = Math.min(oldestUser(root), now - YOUNG);
  objects.sort((a, b) => a.usedAt - b.usedAt);
  const victims: CachedObject[] = [];
  for (let left = size; left > maxBytes * GOAL; ) {
    const next = objects[victims.length];
    if (!next || next.usedAt >= horizon) break;
    victims.push(next);
    left -= next.size;
  }
  const cut = victims.at(-1)?.usedAt;
  if (cut === undefined) return { size, freed: 0 };
  await removeOldFolders(root, cut);
  let freed = 0;
  for (const victim of victims) if (await removeObject(root, victim, cut)) freed += victim.size;
  return { size, freed };
}

async function* objectsOf(root: string): AsyncGenerator<CachedObject> {
  for (const prefix of await names(join(root, 'objects'))) {
    for (const rest of await names(join(root, 'objects', prefix))) {
      const path = join(root, 'objects', prefix, rest);
      const stat = await statOf(path);
      if (stat) yield { digest: prefix + rest, path, size: stat.size, usedAt: stat.atimeMs };
    }
  }
}

/** A folder is marked as used each time it is handed out. */
async function removeOldFolders(root: string, cut: number): Promise<void> {
  const shelf = join(root, 'folders');
  for (const prefix of await names(shelf)) {
    for (const rest of await names(join(shelf, prefix))) {
      for (const name of await names(join(shelf, prefix, rest))) {
        const path = join(shelf, prefix, rest, name);
        await removeUnlessUsed(path, { tmp: join(root, 'tmp'), isUsed: ({ atimeMs }) => atimeMs > cut });
      }
    }
  }
}

/** False when it is still linked into a folder that stays, or was used meanwhile. */
async function removeObject(root: string, { digest, path }: CachedObject, cut: number): Promise<boolean> {
  await rm(linkedFiles(root, digest as Digest), { recursive: true, force: true });
  const isUsed = ({ nlink, atimeMs }: Stats): boolean => nlink > 1 || atimeMs > cut;
  return removeUnlessUsed(path, { tmp: join(root, 'tmp'), isUsed });
}

const linkedFiles = (root: string, digest: Digest): string => join(root, 'files', digest.slice(0, 2), digest.slice(2));

const statOf = (path: string): Promise<Stats | undefined> =>
  lstat(path).catch((error: unknown) => absent(error, undefined));

const names = (folder: string): Promise<readonly string[]> =>
  readdir(folder).catch((error: unknown) => absent(error, []));

/** Another process may have removed it first. */
function absent<T>(error: unknown, value: T): T {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return value;
  throw error;
}
