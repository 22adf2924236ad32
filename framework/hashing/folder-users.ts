import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isProcessAlive } from '../is-process-alive.ts';
import { THIS_HOST } from '../this-host.ts';

/** Milliseconds after which a process of another machine counts as gone. */
const FOREIGN_MS = 24 * 3600_000;

export interface FolderUser {
  leave(): void;
}

/** Makes this process a user of a shared folder, by a file `ROOT/users/HOST.PID.TIME`. */
export function enterFolder(root: string): FolderUser {
  const folder = join(root, 'users');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${encodeURIComponent(THIS_HOST)}.${process.pid}.${Date.now()}`);
  closeSync(openSync(file, 'w'));
  return { leave: () => rmSync(file, { force: true }) };
}

/** When the first of those began that use the folder now; infinite when nobody does. Forgets those that are gone. */
export function oldestUser(root: string): number {
  let oldest = Number.POSITIVE_INFINITY;
  const folder = join(root, 'users');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const [host = '', pid, since] = splitName(name);
    const file = join(folder, name);
    if (host === encodeURIComponent(THIS_HOST) ? isProcessAlive(pid) : isRecent(file)) oldest = Math.min(oldest, since);
    else rmSync(file, { force: true });
  }
  return oldest;
}

/** From the right: a host name may have dots. */
function splitName(name: string): readonly [host: string, pid: number, since: number] {
  const parts = name.split('.');
  const since = Number(parts.pop());
  const pid = Number(parts.pop());
  return [parts.join('.'), pid, since];
}

const isRecent = (file: string): boolean =>
  Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < FOREIGN_MS;
