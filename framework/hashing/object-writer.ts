import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { type Digest, sha256 } from './digest.ts';
import type { FileStat } from './file-check.ts';
import type { FileDigest } from './file-digest.ts';
import { createFlushQueue } from './flush-queue.ts';
import type { HeldObjects } from './held-objects.ts';
import { isSystemCode } from './is-system-code.ts';
import { leftBehind } from './left-behind.ts';
import { temporaryName } from './temporary-name.ts';

/** Names in `tmp/` older than this belong to a process that died. */
const STALE_MS = 24 * 3600_000;

export type Sink = (chunk: Uint8Array) => Promise<void>;

/** How bytes come to lie under their digest: whole, by a temporary file that is renamed. All throw what the system throws. */
export interface ObjectWriter {
  /** Without a copy where the folder has the bytes already; synced behind their name. */
  bytes(bytes: Uint8Array): Promise<FileDigest>;
  /** @param copy hands the bytes to the sink and tells their digest; they are synced before they get their name, but in a cache. */
  streamed(copy: (sink: Sink) => Promise<FileDigest>): Promise<FileDigest>;
  /** The same where `fill` writes the temporary file itself. */
  filled(digest: Digest, fill: (file: string) => Promise<number>): Promise<FileDigest>;
  /** Resolves when everything is on the disk. */
  flushed(): Promise<void>;
}

/** @param root absolute. */
export function objectWriter(options: {
  readonly root: string;
  readonly held: HeldObjects;
  readonly isCache: boolean;
}): ObjectWriter {
  const { root, held, isCache } = options;
  const folder = join(root, 'tmp');
  const flushes = createFlushQueue(root);
  let cleared = false;

  function temporaryPath(): string {
    // Each time: somebody may have emptied a cache meanwhile.
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
    if (!cleared) removeStale(folder);
    cleared = true;
    return folder + sep + temporaryName();
  }

  function place(temporary: string, digest: Digest, stat?: FileStat): void {
    const path = held.path(digest);
    try {
      renameSync(temporary, path);
    } catch (error) {
      if (!isSystemCode(error, 'ENOENT') && process.platform !== 'win32') throw error;
      // The first object with these two digits; or Windows, which doesn't rename over a read-only file.
      mkdirSync(dirname(path), { recursive: true });
      if (process.platform === 'win32') rmSync(path, { force: true });
      renameSync(temporary, path);
    }
    held.trust(digest, stat);
  }

  /** All calls at once, in this thread: a small file is written in less time than it takes to hand it to another one. */
  function write(bytes: Uint8Array, digest: Digest): number {
    const temporary = temporaryPath();
    const file = openSync(temporary, 'wx', 0o444);
    try {
      for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
      place(temporary, digest, fstatSync(file, { bigint: true }));
      return file;
    } catch (error) {
      closeSync(file);
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  return {
    async bytes(bytes) {
      const result = { digest: sha256(bytes), size: bytes.byteLength };
      if (await held.holds(result.digest)) return result;
      await flushes.enter();
      try {
        flushes.flush(write(bytes, result.digest), held.path(result.digest));
      } catch (error) {
        flushes.leave();
        throw error;
      }
      return result;
    },

    async streamed(copy) {
      const temporary = temporaryPath();
      let file: FileHandle | undefined;
      try {
        const target = await open(temporary, 'wx', 0o444);
        file = target;
        const result = await copy(async (chunk) => {
          for (let at = 0; at < chunk.byteLength; ) at += (await target.write(chunk, at)).bytesWritten;
        });
        if (await held.holds(result.digest)) return result;
        if (!isCache) await target.sync();
        place(temporary, result.digest);
        file = undefined;
        if (isCache) flushes.follow(target.sync().finally(() => target.close()));
        else await target.close();
        return result;
      } finally {
        await file?.close();
        await rm(temporary, { force: true });
      }
    },

    async filled(digest, fill) {
      const temporary = temporaryPath();
      let file: FileHandle | undefined;
      try {
        const size = await fill(temporary);
        const written = await open(temporary, 'r+');
        file = written;
        await written.chmod(0o444);
        if (!isCache) await written.sync();
        place(temporary, digest);
        if (!isCache) return { digest, size };
        file = undefined;
        flushes.follow(written.sync().finally(() => written.close()));
        return { digest, size };
      } finally {
        await file?.close();
        await rm(temporary, { force: true });
      }
    },

    flushed: flushes.flushed,
  };
}

/** Also folders: where a cache is laid out beside its objects, they are built there too. */
function removeStale(folder: string): void {
  for (const { path } of leftBehind(folder, Date.now() - STALE_MS)) rmSync(path, { recursive: true, force: true });
}
