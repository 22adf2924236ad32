import { setTimeout as pause } from 'node:timers/promises';
import type { CancelRequest } from '../components/metadata-store.ts';
import type { Stack } from '../components/stack.ts';
import type { RunRecord } from '../model/run.ts';
import { isFinal } from '../model/status.ts';
import { killExecutor, requestCancel } from './end-silent-executor.ts';
import { markLostRuns } from './mark-lost-runs.ts';

const LOOK_MS = 200;
/** For a process that was sent a signal and dies of it. */
const TELL_LOOKS = 3;
/** A process that has a run to end at once, and has not by then, does not answer. Longer than the clock in `cancellation.ts` takes for anything at all. */
const KILL_AFTER_MS = 4000;

export interface CancelOptions extends Pick<CancelRequest, 'how'> {
  /** Told when the run's process did not answer and goes on although it was sent a signal. */
  readonly onSilent?: () => void;
}

/**
 * Has a run end that another process runs, and waits until it has. A process of this machine that an inline step blocks is sent a signal
 * (`end-silent-executor.ts`); with `now` one that doesn't end its run for any other reason is killed too. Whatever ends it, the run is cancelled then.
 * @returns the run as it ended.
 */
export async function cancelRun(
  stack: Pick<Stack, 'metadataStore' | 'experimentTracker' | 'home'>,
  run: Pick<RunRecord, 'id' | 'executor'>,
  { how, onSilent = () => {} }: CancelOptions,
): Promise<RunRecord | undefined> {
  const store = stack.metadataStore;
  const since = performance.now();
  const endIfSilent = await requestCancel(store, run, how);
  const isSilent = await endIfSilent();
  let isKilled = isSilent && how === 'now';
  for (let look = 0; ; look++) {
    await markLostRuns(stack);
    const record = await store.findRun(run.id);
    if (!record || isFinal(record.status)) return record;
    if (isSilent && look === TELL_LOOKS) onSilent();
    if (how === 'now' && !isKilled && performance.now() - since > KILL_AFTER_MS)
      isKilled = await killExecutor(store, run);
    await pause(LOOK_MS);
  }
}
