import { setTimeout as sleep } from 'node:timers/promises';

/** Signals a process that leads a group, and the group; signal 0 only asks. False when nothing is left of it. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(process.platform === 'win32' ? leader : -leader, signal);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Waits until the rest of a group has followed its leader; after ten seconds it is killed. */
export async function groupGone(leader: number): Promise<void> {
  const patience = Date.now() + 10_000;
  while (signalGroup(leader, 0) && Date.now() < patience) await sleep(20);
  signalGroup(leader, 'SIGKILL');
}
