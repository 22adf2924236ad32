import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface ProcessLock {
  /** @param isDone nobody will need this lock again: its file goes too. */
  release(isDone: boolean): void;
}

/**
 * A lock between processes that the system itself gives back when its holder dies, on every platform: an exclusive transaction on an empty SQLite database.
 * @returns undefined when another process holds it; never waits.
 */
export function tryLock(path: string): ProcessLock | undefined {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    const before = inode(path);
    database.exec('BEGIN EXCLUSIVE');
    // The last holder may have removed the file between our opening and our locking it: then another one is the lock now.
    if (before === undefined || before !== inode(path)) throw new Error('The lock was removed.');
  } catch {
    database.close();
    return undefined;
  }
  return {
    release(isDone) {
      // While it is ours: who has opened it meanwhile sees that it is gone. Windows removes no open file, so nobody has it open where that succeeds.
      if (isDone && !IS_WINDOWS) rmSync(path, { force: true });
      database.close();
      if (isDone && IS_WINDOWS) removeUnlessOpen(path);
    },
  };
}

/** Whether nobody holds it, as after the end of its holder, however that came; its file goes with it then. Not to be asked about a lock of one's own process. */
export function isLockFree(path: string): boolean {
  if (!existsSync(path)) return true;
  const lock = tryLock(path);
  lock?.release(true);
  return lock !== undefined;
}

const IS_WINDOWS = process.platform === 'win32';

function removeUnlessOpen(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if (!['EBUSY', 'EPERM', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

const inode = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.ino;
