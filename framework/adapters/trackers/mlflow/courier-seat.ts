import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLockFree, type ProcessLock, tryLock } from '../../../hashing/process-lock.ts';

/** One process at a time goes out to deliver a spool. Its lock dies with it; the number of the process stands beside the lock, for people. */
export interface CourierSeat {
  /** Undefined where another process has it, or where the spool is gone. */
  take(): ProcessLock | undefined;
  /** Id of the process that has it; 0 of one that has only just taken it. */
  holder(): number | undefined;
}

export function courierSeat(folder: string): CourierSeat {
  const lockPath = join(folder, 'courier.lock');
  const pidPath = join(folder, 'courier.pid');
  return {
    take() {
      // A folder that somebody has removed must not come back.
      const lock = existsSync(folder) ? tryLock(lockPath) : undefined;
      if (!lock) return undefined;
      writeFileSync(pidPath, String(process.pid));
      return {
        release(isDone) {
          if (existsSync(folder)) rmSync(pidPath, { force: true });
          lock.release(isDone);
        },
      };
    },
    holder() {
      if (isLockFree(lockPath)) return undefined;
      return existsSync(pidPath) ? Number(readFileSync(pidPath, 'utf8')) : 0;
    },
  };
}
