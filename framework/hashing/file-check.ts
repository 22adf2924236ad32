import { type BigIntStats, lstatSync } from 'node:fs';
import type { Digest } from './digest.ts';
import { digestOfFile } from './file-digest.ts';

/** What a check found: all bytes as promised, no file, or the digest of other bytes. */
export type FileVerdict = 'whole' | 'missing' | { readonly found: Digest };

/** What tells one state of a file from another. */
export type FileStat = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeNs' | 'isFile'>;

export interface FileCheck {
  /** Reads every byte the first time; later only when inode, size or time of change are others than those of the bytes it saw. */
  check(path: string, digest: Digest): Promise<FileVerdict>;
  /** Says that the file was just written from bytes of this digest. @param stat of it, where that was asked already. */
  trust(path: string, digest: Digest, stat?: FileStat): void;
}

/**
 * Checks files against their digests: in full once per process, so that silent damage is met before bytes are used, and by one `stat` after
 * that, so that serving a file a thousand times costs as much as serving it once. A symbolic link in place of the file counts as missing.
 */
export function createFileCheck(): FileCheck {
  const seen = new Map<string, string>();
  return {
    async check(path, digest) {
      const stamp = stampOf(digest, statOf(path));
      if (stamp === undefined) return 'missing';
      if (seen.get(path) === stamp) return 'whole';
      const { digest: found } = await digestOfFile(path);
      if (found !== digest) return { found };
      // The stamp from before the reading: a change during it makes the next check read again.
      seen.set(path, stamp);
      return 'whole';
    },
    trust(path, digest, stat = statOf(path)) {
      const stamp = stampOf(digest, stat);
      if (stamp !== undefined) seen.set(path, stamp);
    },
  };
}

const statOf = (path: string): FileStat | undefined => lstatSync(path, { bigint: true, throwIfNoEntry: false });

/** Not the time of the last inode change: each new hard link moves it. */
const stampOf = (digest: Digest, stat: FileStat | undefined): string | undefined =>
  stat?.isFile() ? `${digest} ${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs}` : undefined;
