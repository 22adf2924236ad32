import { randomUUID } from 'node:crypto';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { sluiceError } from '../../errors.ts';
import { tryLock } from '../../hashing/process-lock.ts';
import { isProcessAlive } from '../../is-process-alive.ts';
import { THIS_HOST } from '../../this-host.ts';
import { createFile } from './write-file.ts';

/** Whoever edits YAML needs milliseconds: a lock this old belongs to nobody, whatever machine it names. */
const STALE_MS = 30_000;
const RETRY_MS = 25;

/** Locks of this process that somebody works under: one that it left behind, because the disk refused to remove it, is nobody's. */
const held = new Set<string>();

/**
 * Does something while no other process edits the files of this folder. The lock is a file `.lock` that names its owner; one whose owner is dead is taken away.
 * @throws ERR_LOCKED after a minute of waiting.
 */
export async function withLock<R>(folder: string, body: () => Promise<R>): Promise<R> {
  const lock = join(folder, '.lock');
  const mine = `${THIS_HOST} ${process.pid} ${randomUUID()}`;
  held.add(mine);
  try {
    await take(lock, mine);
    return await body();
  } finally {
    await release(lock, mine).finally(() => held.delete(mine));
  }
}

/** Only ours: whoever found it stale meanwhile has one of its own. */
async function release(lock: string, mine: string): Promise<void> {
  if ((await textOf(lock)) === mine) await rm(lock, { force: true });
}

async function take(lock: string, mine: string): Promise<void> {
  const giveUpAt = Date.now() + 2 * STALE_MS;
  while (!(await createFile(lock, mine))) {
    if (!(await takeAwayStale(lock)) && Date.now() > giveUpAt) {
      throw sluiceError('ERR_LOCKED', { path: lock, owner: (await textOf(lock)) ?? 'nobody' });
    }
    await wait(RETRY_MS);
  }
}

/** True when a lock of a dead owner was there and is gone. One process at a time looks and removes, so that what it looked at is what it removes. */
async function takeAwayStale(lock: string): Promise<boolean> {
  if (!(await isStale(lock))) return false;
  const turn = tryLock(`${lock}.stale`);
  if (!turn) return false;
  try {
    // While a lock stands there nobody puts another one in its place, and its owner, who is dead, doesn't remove it.
    if (await isStale(lock)) await rm(lock, { force: true });
    return true;
  } finally {
    turn.release(true);
  }
}

async function isStale(lock: string): Promise<boolean> {
  const owner = await textOf(lock);
  const found = await stat(lock).catch(() => undefined);
  if (owner === undefined || !found) return false;
  const [host, pid] = owner.split(' ');
  if (host === THIS_HOST && Number(pid) === process.pid) return !held.has(owner);
  if (host === THIS_HOST && !isProcessAlive(Number(pid), found.mtimeMs)) return true;
  return Date.now() - found.mtimeMs > STALE_MS;
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
