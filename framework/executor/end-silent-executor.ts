import { setTimeout as pause } from 'node:timers/promises';
import type { CancelRequest, MetadataStore, SeenExecutor } from '../components/metadata-store.ts';
import { isProcessAlive } from '../is-process-alive.ts';
import type { RunRecord } from '../model/run.ts';
import { THIS_HOST } from '../this-host.ts';

const LOOK_MS = 200;
/**
 * Looks without a sign of life until a process counts as blocked, nearly three beats of its heart: a part of the clock in `cancellation.ts`. Looks are counted
 * and not seconds, because a machine that is too busy for a heart to beat is too busy for these as well.
 */
const SILENT_LOOKS = 7;

type Executors = Pick<MetadataStore, 'executors'>;

/** The process of a run with its last sign of life. Undefined for one that is gone, is of another machine, or is this very process. */
async function lastSignOf(
  store: Executors,
  { executor: id }: Pick<RunRecord, 'executor'>,
): Promise<SeenExecutor | undefined> {
  const found = (await store.executors()).find((one) => one.id === id);
  const isHere = found?.host === THIS_HOST && found.pid !== process.pid;
  return isHere && isProcessAlive(found.pid, found.startedAt) ? found : undefined;
}

/**
 * Asks a run to end, in its store.
 * @returns what makes sure that the run's process hears of it, to be called once: `endSilentExecutor`.
 */
export async function requestCancel(
  store: Executors & Pick<MetadataStore, 'requestCancel'>,
  run: Pick<RunRecord, 'id' | 'executor'>,
  how: CancelRequest['how'],
): Promise<() => Promise<boolean>> {
  // Before the request: a sign of life after it says that it was seen.
  const lastSign = await lastSignOf(store, run);
  await store.requestCancel(run.id, how);
  return () => endSilentExecutor(store, lastSign, how);
}

/**
 * Asks a process of this machine to end its run, by the system, where it can't be asked otherwise: an inline step blocks the only thread that could see a request, and
 * no guard watches over it (`guard.ts`; a program that calls `run()` has none). With `graceful` it gets SIGTERM, on which a program ends unless it has a
 * listener: that one hears it when the step gives way. With `now` it is SIGKILL.
 *
 * Whoever shows one sign of life after the request has seen it and is left alone, however long its steps block from then on: that may be a last checkpoint.
 *
 * @param before `lastSignOf` the run, from before the request.
 * @returns whether it was sent a signal.
 */
async function endSilentExecutor(
  store: Executors,
  before: SeenExecutor | undefined,
  how: CancelRequest['how'],
): Promise<boolean> {
  if (!before) return false;
  for (let look = 0; look < SILENT_LOOKS; look++) {
    await pause(LOOK_MS);
    const now = await lastSignOf(store, { executor: before.id });
    if (now?.seenAt !== before.seenAt) return false;
  }
  return send(before, how === 'now' ? 'SIGKILL' : 'SIGTERM');
}

/** Kills the process of a run, where that is one of this machine. Returns whether there was one. */
export async function killExecutor(store: Executors, run: Pick<RunRecord, 'executor'>): Promise<boolean> {
  const found = await lastSignOf(store, run);
  return found !== undefined && send(found, 'SIGKILL');
}

/** False where it is gone by now, or belongs to another user. */
function send({ pid }: SeenExecutor, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
