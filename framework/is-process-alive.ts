import { uptime } from 'node:os';

/**
 * Whether a process of this machine exists. One that belongs to another user does.
 *
 * @param startedAt milliseconds since the epoch, when whoever had this number began. If the machine has been started again since,
 * the number now belongs to another process.
 */
export function isProcessAlive(pid: number, startedAt: number = Date.now()): boolean {
  if (startedAt < bootTime() - CLOCK_SLACK_MS) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The clock may have been set since the start. */
const CLOCK_SLACK_MS = 60_000;

const bootTime = (): number => Date.now() - uptime() * 1000;
