import { randomBytes } from 'node:crypto';
import { isProcessAlive } from '../is-process-alive.ts';
import { THIS_HOST } from '../this-host.ts';

const HOST = encodeURIComponent(THIS_HOST);
/** Tells apart threads of one process, and processes whose number was used before. Asked once, for random bytes take as long as writing a small file; and late, for Node's crypto takes longer. */
let random: string | undefined;
let made = 0;

/** A name for something that this process is making and will rename when it is whole: `HOST.PID.RANDOM-NUMBER`. */
export function temporaryName(): string {
  random ??= randomBytes(8).toString('hex');
  return `${HOST}.${process.pid}.${random}-${++made}`;
}

/**
 * Whether who made it is dead, so that nobody will finish it: looked up where it was a process of this machine, and where it was not, or the
 * name is another one, judged by its age.
 *
 * @param before milliseconds since the epoch: what nobody has written to since then has been given up.
 */
export function isLeftBehind(name: string, modifiedAt: number, before: number): boolean {
  // From the right: a host name may have dots.
  const parts = name.split('.');
  const pid = Number(parts.at(-2));
  const isOurs = parts.slice(0, -2).join('.') === HOST && Number.isInteger(pid);
  return (isOurs && !isProcessAlive(pid, modifiedAt)) || modifiedAt < before;
}
