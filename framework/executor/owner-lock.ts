import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Says "alive" for this process until it ends, however it ends: an exclusive transaction on a file of its own, which the system gives back. */
export function holdOwnerLock(file: string): { release(): void } {
  const database = new DatabaseSync(file, { timeout: 0 });
  database.exec('BEGIN EXCLUSIVE');
  return {
    release() {
      database.close();
      rmSync(file, { force: true });
    },
  };
}

/**
 * Whether the process that held this lock is gone; the file goes with it then. Exact, where a process id is somebody else's the next day. Never to be
 * asked about a lock of one's own process: on POSIX that would give it up.
 */
export function isOwnerGone(file: string): boolean {
  if (!existsSync(file)) return true;
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch {
    return false;
  } finally {
    database.close();
  }
  rmSync(file, { force: true });
  return true;
}
