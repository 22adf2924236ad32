import { closeSync, fsync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isSystemCode } from './is-system-code.ts';
import { mapLimited } from './map-limited.ts';
import { syncFileSystem } from './sync-file-system.ts';

/** Open files that wait for the disk. */
const MOST = 64;
/** Milliseconds that files are gathered before all are synced at once, which takes a process. */
const GATHER_MS = 100;
/** So few are synced quicker one by one. */
const FEW = 16;

/** Files that are synced behind their writer, who goes on meanwhile. */
export interface FlushQueue {
  /** Takes a place for a file that is to be opened, waiting for one to become free. */
  enter(): Promise<void>;
  /** Gives the place back: there is no file to sync. */
  leave(): void;
  /** Syncs and closes the file that a place was taken for, and gives the place back. @param path where it lies for good. */
  flush(file: number, path: string): void;
  /** For a file that has no place, because there are few of its kind. @param synced settles when it is on the disk. */
  follow(synced: Promise<void>): void;
  /** Resolves when all that was given so far is on the disk. @throws what the disk said of any file, at this time or earlier. */
  flushed(): Promise<void>;
}

/**
 * A few files are synced each by itself. When they come faster than the disk takes them, it is asked for the whole file system instead, again
 * and again while they come: twenty thousand small files take it as long as some eight hundred did one by one.
 *
 * @param folder in which they are.
 */
export function createFlushQueue(folder: string): FlushQueue {
  const flushes = new Set<Promise<void>>();
  /** Who waits for a place, in their order: each is handed one by somebody who leaves. */
  const waiting: (() => void)[] = [];
  /** Below nothing while nobody has to wait. */
  let free = MOST;
  let fault: { readonly error: unknown } | undefined;
  /** Undefined until it is tried. */
  let takesAll: boolean | undefined;
  let gathered: string[] = [];
  let underWay: { hurry(): void } | undefined;

  function leave(): void {
    const next = waiting.shift();
    if (next) next();
    else free++;
  }

  function follow(synced: Promise<void>): void {
    const settled = synced
      .catch((error: unknown) => {
        fault ??= { error };
      })
      .finally(() => flushes.delete(settled));
    flushes.add(settled);
  }

  /** There are more files than places: can all be synced at once here, nobody has to wait any more. */
  async function tryAll(): Promise<void> {
    takesAll = false;
    takesAll = await syncFileSystem(folder);
    if (takesAll)
      for (const handed of waiting.splice(0)) {
        free--;
        handed();
      }
  }

  function gather(path: string): void {
    gathered.push(path);
    underWay ??= syncGathered();
  }

  function syncGathered(): { hurry(): void } {
    const { promise: hurried, resolve: hurry } = Promise.withResolvers<void>();
    const timer = setTimeout(hurry, GATHER_MS);
    follow(
      hurried.then(async () => {
        clearTimeout(timer);
        const paths = gathered;
        gathered = [];
        try {
          takesAll = paths.length > FEW ? await syncFileSystem(folder) : undefined;
          if (!takesAll) await mapLimited(paths, FEW, syncFile);
        } finally {
          underWay = gathered.length > 0 ? syncGathered() : undefined;
        }
      }),
    );
    return { hurry };
  }

  return {
    async enter() {
      if (free <= 0 && takesAll === undefined) follow(tryAll());
      if (free > 0 || takesAll) free--;
      else await new Promise<void>((handed) => waiting.push(handed));
    },
    leave,
    flush(file, path) {
      if (takesAll) {
        leave();
        follow(closed(file));
        gather(path);
      } else {
        follow(synced(file).finally(leave));
      }
    },
    follow,
    async flushed() {
      while (flushes.size > 0) {
        underWay?.hurry();
        await Promise.all(flushes);
      }
      if (fault) throw fault.error;
    },
  };
}

async function closed(file: number): Promise<void> {
  closeSync(file);
}

const synced = (file: number): Promise<void> =>
  new Promise((done, fail) => {
    fsync(file, (error) => {
      try {
        closeSync(file);
      } catch (closing) {
        return fail(error ?? closing);
      }
      if (error) fail(error);
      else done();
    });
  });

/** By its name: it was closed when all were to be synced at once. One that is gone was collected. */
async function syncFile(path: string): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    await file.sync();
  } catch (error) {
    if (!isSystemCode(error, 'ENOENT')) throw error;
  } finally {
    await file?.close();
  }
}
