import { lstatSync, statSync, utimesSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Digest } from './digest.ts';
import { createFileCheck, type FileStat, type FileVerdict } from './file-check.ts';
import type { FileDigest } from './file-digest.ts';
import { isSystemCode } from './is-system-code.ts';

/** Milliseconds. An object that is written again counts as new for garbage collection; its time is moved at most this often. */
const TOUCH_MS = 3600_000;

/** The objects of one content folder, and what this process knows of their bytes. */
export interface HeldObjects {
  /** Where the object lies, or would lie. */
  path(digest: Digest): string;
  /** Every byte is looked at once per process. */
  check(digest: Digest): Promise<FileVerdict>;
  /** Whether the bytes are here and whole; damaged ones are left to be replaced. Counts as a write. */
  holds(digest: Digest): Promise<boolean>;
  /** The same without a look at the bytes, for a file that need not be read either: what is damaged here is met by whoever reads it. */
  seemsToHold(content: Pick<FileDigest, 'digest' | 'size'>): boolean;
  /** Says that the object was just written, or touched. @param stat of its file, where that was asked already. */
  trust(digest: Digest, stat?: FileStat): void;
  /** Says that a reader met other bytes. */
  distrust(digest: Digest): void;
}

/** @param root absolute. */
export function heldObjects(root: string): HeldObjects {
  const files = createFileCheck();
  /** Met by readers of this process, and not replaced since. */
  const damaged = new Set<Digest>();
  const objects = join(root, 'objects');
  // Put together by hand: `join` looks at every letter, and each small file has its path asked several times.
  const path = (digest: Digest): string => `${objects}${sep}${digest.slice(0, 2)}${sep}${digest.slice(2)}`;

  return {
    path,
    async check(digest) {
      const verdict = await files.check(path(digest), digest);
      if (typeof verdict === 'object') damaged.add(digest);
      return verdict;
    },
    async holds(digest) {
      const file = path(digest);
      if ((await files.check(file, digest)) !== 'whole') return false;
      const touched = touch(file);
      if (touched === 'moved') files.trust(file, digest);
      return touched !== undefined;
    },
    seemsToHold({ digest, size }) {
      const file = path(digest);
      const stat = lstatSync(file, { throwIfNoEntry: false });
      return !damaged.has(digest) && stat?.isFile() === true && stat.size === size && touch(file) !== undefined;
    },
    trust(digest, stat) {
      files.trust(path(digest), digest, stat);
      damaged.delete(digest);
    },
    distrust: (digest) => void damaged.add(digest),
  };
}

/** Moves the object's time to now when it is old; undefined when the object is gone (collected a moment ago). */
function touch(path: string): 'moved' | 'fresh' | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  const now = Date.now();
  if (now - stat.mtimeMs < TOUCH_MS) return 'fresh';
  try {
    utimesSync(path, now / 1000, now / 1000);
  } catch (error) {
    // A store of another user: its times, and its collection, are not ours.
    return isSystemCode(error, 'ENOENT') ? undefined : 'fresh';
  }
  return 'moved';
}
