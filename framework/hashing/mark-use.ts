import { statSync, utimesSync } from 'node:fs';

/** Milliseconds: closer together, two uses are one. */
const COARSE = 60_000;

/**
 * Says that a file or folder of a cache is used now, by its time of access, which file systems that keep none (noatime) store all the same
 * when they are told. The time of change loses its fraction of a second: only whole ones survive the way through JavaScript numbers.
 *
 * @returns whether anything was written; false also where it is gone or belongs to someone else.
 */
export function markUse(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  const now = Date.now();
  if (!stat || now - stat.atimeMs < COARSE) return false;
  try {
    utimesSync(path, now / 1000, Math.floor(stat.mtimeMs / 1000));
    return true;
  } catch {
    // Someone else's file, or one that was just removed: its use can't be marked, and whoever removes too early costs a download.
    return false;
  }
}
