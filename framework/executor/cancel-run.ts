import { setTimeout as pause } from 'node:timers/promises';
import type { CancelRequest } from '../components/metadata-store.ts';
import type { Stack } from '../components/stack.ts';
import { isProcessAlive } from '../is-process-alive.ts';
import type { RunRecord } from '../model/run.ts';
import { isFinal } from '../model/status.ts';
import { THIS_HOST } from '../this-host.ts';
import { markLostRuns } from './mark-lost-runs.ts';

const LOOK_MS = 200;
/** A process that has a run to end at once, and has not by then, does not answer. Longer than the clock in `cancellation.ts` takes for anything at all. */
const KILL_AFTER_MS = 4000;

/**
 * Has a run end that another process runs, and waits until it has. With `now` a process of this machine that doesn't do it is killed; the run is cancelled
 * then all the same.
 * @returns the run as it ended.
 */
export async function cancelRun(
  stack: Pick<Stack, 'metadataStore' | 'experimentTracker' | 'home'>,
  run: Pick<RunRecord, 'id' | 'executor'>,
  { how }: Pick<CancelRequest, 'how'>,
): Promise<RunRecord | undefined> {
  const store = stack.metadataStore;
  await store.requestCancel(run.id, how);
  const since = performance.now();
  for (let isKilled = false; ; ) {
    const record = await store.findRun(run.id);
    if (!record || isFinal(record.status)) return record;
    if (how === 'now' && !isKilled && performance.now() - since > KILL_AFTER_MS) isKilled = await kill(store, run);
    await pause(LOOK_MS);
    // Its process may have died of it, or of something else.
    await markLostRuns(stack);
  }
}

/** Whether there was a process here to kill. */
async function kill(store: Stack['metadataStore'], { executor: id }: Pick<RunRecord, 'executor'>): Promise<boolean> {
  const executor = (await store.executors()).find((one) => one.id === id);
  if (executor?.host !== THIS_HOST || executor.pid === process.pid) return false;
  if (!isProcessAlive(executor.pid, executor.startedAt)) return false;
  process.kill(executor.pid, 'SIGKILL');
  return true;
}
