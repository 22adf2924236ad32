import type { AttemptRecord, StepRunRecord } from './run.ts';

/**
 * The only attempt of a step run, as the step run tells it: it began and ended with it, and took its time from the first `load` on. Nearly all
 * step runs have one attempt, so stores keep no record of it beside the step run. Undefined where there was none, or more than one.
 */
export function firstAttempt(stepRun: StepRunRecord): AttemptRecord | undefined {
  const { id, attempts, status, startedAt, endedAt, error, segments, usage } = stepRun;
  if (attempts !== 1 || startedAt === null || status === 'cached') return undefined;
  const from = segments?.findIndex(({ kind }) => kind === 'load') ?? -1;
  const own = from < 0 ? null : (segments?.slice(from) ?? null);
  return { stepRunId: id, attempt: 1, status, startedAt, endedAt, error, segments: own, usage: usage ?? null };
}

/** The attempts of a step run that are on record, and before them the one that is not. */
export function withFirstAttempt(stepRun: StepRunRecord, recorded: readonly AttemptRecord[]): readonly AttemptRecord[] {
  const first = recorded[0]?.attempt === 1 ? undefined : firstAttempt(stepRun);
  return first ? [first, ...recorded] : recorded;
}
