import type { MetadataStore, StepRunChange } from '../components/metadata-store.ts';
import type { StoredError } from '../model/run.ts';
import { isFinal } from '../model/status.ts';

export interface AbruptEnd {
  readonly run: string;
  readonly executor: string;
  readonly status: 'cancelled' | 'failed';
  readonly error: StoredError;
  /** The step run whose fault it is; it has `failed`, and the others that had not ended are cancelled. */
  readonly culprit?: string;
}

/** Writes the end of a run whose own thread can't: of the run, of its steps and of their attempts. What was committed stays. */
export async function endAbruptly(
  store: Pick<
    MetadataStore,
    'stepRuns' | 'attempts' | 'updateRun' | 'updateStepRuns' | 'endAttempt' | 'retireExecutor'
  >,
  { run, executor, status, error, culprit }: AbruptEnd,
): Promise<void> {
  const endedAt = Date.now();
  const open = (await store.stepRuns(run)).filter((step) => !isFinal(step.status));
  const changes = open.map(({ id }) => ({ id, change: endOf(id) }));
  function endOf(id: string): StepRunChange {
    if (id === culprit) return { status: 'failed', error, endedAt };
    const reason = status === 'cancelled' ? 'The run was cancelled.' : 'Another step had to be ended with the run.';
    return { status: 'cancelled', reason, endedAt };
  }
  for (const { id } of open) {
    for (const attempt of await store.attempts(id)) {
      if (isFinal(attempt.status)) continue;
      const isCulprit = id === culprit;
      await store.endAttempt({
        ...attempt,
        status: isCulprit ? 'failed' : 'cancelled',
        error: isCulprit ? error : null,
        endedAt,
      });
    }
  }
  await store.updateStepRuns(changes);
  await store.updateRun(run, { status, error, endedAt, cancelRequested: status === 'cancelled' });
  await store.retireExecutor(executor);
}
