import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../../hashing/digest.ts';
import { isLockFree, type ProcessLock, tryLock } from '../../../hashing/process-lock.ts';

/** One process at a time goes out to deliver a spool to one address. Its lock dies with it; the number of the process stands beside the lock, for people. */
export interface CourierSeat {
  /** Undefined where another process has it, or where the spool is gone. */
  take(): ProcessLock | undefined;
  /** Id of the process that has it; 0 of one that has only just taken it. */
  holder(): number | undefined;
}

/** @param uri where it delivers to: one that knows an old address must not keep those with the new one from going. */
export function courierSeat(folder: string, uri: string): CourierSeat {
  const name = `courier-${sha256(uri).slice(0, 8)}`;
  const lockPath = join(folder, `${name}.lock`);
  const pidPath = join(folder, `${name}.pid`);
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
