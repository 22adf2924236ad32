import type { StepOverview } from '../../components/metadata-reads.ts';
import type { Usage as StoredUsage, TimeSegment } from '../../model/recording.ts';
import type { AttemptRecord, Time } from '../../model/run.ts';
import type { Project } from '../../stack/project.ts';
import type { Attempt, Segment, StepSummary, Usage } from '../api/step.ts';
import { durationOf, isoTime } from './iso-time.ts';
import { quotedError, shownError } from './shown-error.ts';
import { stepRunOf } from './step-run-id.ts';

interface Surroundings {
  readonly project: Project;
  readonly now: Time;
}

/** A step run as a run's page shows it. */
export function stepSummary(step: StepOverview, { project, now }: Surroundings): StepSummary {
  const { startedAt, endedAt, origin } = step;
  return {
    id: step.node,
    step: step.step,
    status: step.status,
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    durationMs: durationOf(startedAt, endedAt, now),
    attempts: step.attempts,
    reason: step.reason,
    origin: origin === null || origin === step.id ? null : stepRunOf(origin),
    error: shownError(step.error, project),
    segments: shownSegments(step.segments),
    usage: shownUsage(step.usage),
    logs: step.logs,
    failedHooks: step.hookFailures?.length ?? 0,
  };
}

export function shownAttempt(attempt: AttemptRecord, { project, now }: Surroundings): Attempt {
  const { startedAt, endedAt } = attempt;
  return {
    attempt: attempt.attempt,
    status: attempt.status,
    startedAt: isoTime(startedAt),
    endedAt: isoTime(endedAt),
    durationMs: durationOf(startedAt, endedAt, now),
    error: quotedError(attempt.error, project),
    segments: shownSegments(attempt.segments),
    usage: shownUsage(attempt.usage),
  };
}

const shownSegments = (segments: readonly TimeSegment[] | null | undefined): readonly Segment[] =>
  (segments ?? []).map(({ kind, startedAt, durationMs }) => ({ kind, startedAt: isoTime(startedAt), durationMs }));

const shownUsage = (usage: StoredUsage | null | undefined): Usage | null =>
  usage ? { cpuMs: usage.cpuMs, peakMemory: usage.peakMemoryBytes, isShared: usage.isShared } : null;
