import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStartedAt } from './process-started-at.ts';
import { serviceStateFile } from './service-state.ts';

/** Does something while no other process of this user starts or stops services; the lock of a dead process is taken away. */
export async function withServiceLock<R>(body: () => Promise<R>): Promise<R> {
  const lock = `${serviceStateFile()}.lock`;
  mkdirSync(dirname(lock), { recursive: true });
  while (!taken(lock)) {
    if (isStale(lock)) rmSync(lock, { force: true });
    else await sleep(100);
  }
  const release = (): void => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return await body();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

function taken(lock: string): boolean {
  try {
    writeFileSync(lock, `${process.pid} ${processStartedAt(process.pid)}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isStale(lock: string): boolean {
  let owner: string;
  try {
    owner = readFileSync(lock, 'utf8');
  } catch {
    // Given back since.
    return false;
  }
  const [pid, ...startedAt] = owner.split(' ');
  // Empty for the instant between its making and its filling.
  return owner !== '' && processStartedAt(Number(pid)) !== startedAt.join(' ');
}
