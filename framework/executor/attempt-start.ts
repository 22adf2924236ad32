import type { StepKey } from '../cache/cache-key.ts';
import type { StepRunChange } from '../components/metadata-store.ts';
import type { AttemptRecord, StepRunRecord } from '../model/run.ts';

export interface AttemptStart {
  readonly attempt: AttemptRecord;
  /** What becomes of the step run. */
  readonly change: StepRunChange;
}

/** What the record says of an attempt that begins now. */
export function attemptStart(
  { id, startedAt, status, output }: StepRunRecord,
  { key, parts }: Pick<StepKey, 'key' | 'parts'>,
  { number, reason }: { readonly number: number; readonly reason: string },
): AttemptStart {
  const now = Date.now();
  return {
    attempt: { stepRunId: id, attempt: number, status: 'running', startedAt: now, endedAt: null, error: null },
    change: {
      status: 'running',
      key,
      parts,
      reason,
      attempts: number,
      // Only a result that turned out damaged has to go: columns that are set are written, with their indices.
      ...(output && { origin: null, output: null }),
      startedAt: status === 'running' ? startedAt : now,
      endedAt: null,
    },
  };
}
