import { closeSync, fsync } from 'node:fs';

/** Open files that wait for the disk. */
const MOST = 64;

/** Files that are synced behind their writer, who goes on meanwhile. */
export interface FlushQueue {
  /** Takes a place for a file that is to be opened, waiting for one to become free. */
  enter(): Promise<void>;
  /** Gives the place back: there is no file to sync. */
  leave(): void;
  /** Syncs and closes the file that a place was taken for, and gives the place back. */
  flush(file: number): void;
  /** For a file that has no place, because there are few of its kind. @param synced settles when it is on the disk. */
  follow(synced: Promise<void>): void;
  /** Resolves when all that was given so far is on the disk. @throws what the disk said of any file, at this time or earlier. */
  flushed(): Promise<void>;
}

export function createFlushQueue(): FlushQueue {
  const flushes = new Set<Promise<void>>();
  /** Who waits for a place, in their order: each is handed one by somebody who leaves. */
  const waiting: (() => void)[] = [];
  let free = MOST;
  let fault: { readonly error: unknown } | undefined;

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

  return {
    async enter() {
      if (free > 0) free--;
      else await new Promise<void>((handed) => waiting.push(handed));
    },
    leave,
    flush(file) {
      follow(
        new Promise((done, fail) => {
          fsync(file, (error) => {
            leave();
            try {
              closeSync(file);
            } catch (closing) {
              return fail(error ?? closing);
            }
            if (error) fail(error);
            else done();
          });
        }),
      );
    },
    follow,
    async flushed() {
      await Promise.all(flushes);
      if (fault) throw fault.error;
    },
  };
}
