import type { Output } from '../../model/artifact.ts';
import type { HookFailure, TimeSegment } from '../../model/recording.ts';
import type { AttemptRecord, RunRecord, StepRunRecord } from '../../model/run.ts';
import { durationBetween } from '../format/duration.ts';
import { isoTime } from '../format/relative-time.ts';

/** A run as `--output json` shows it. Documented: fields are added, never renamed. */
export function runJson(run: RunRecord) {
  return {
    id: run.id,
    name: run.name,
    pipeline: run.pipeline,
    status: run.status,
    startedAt: isoTime(run.startedAt),
    durationMs: durationBetween(run.startedAt, run.endedAt),
    createdAt: isoTime(run.createdAt),
    endedAt: isoTime(run.endedAt),
    stack: run.stack,
    tags: run.tags,
    mode: run.mode,
    source: run.source,
    params: run.params,
    resumedFrom: run.resumedFrom,
    cancelRequested: run.cancelRequested,
    error: run.error,
    notes: run.notes ?? null,
    environment: run.environment ?? null,
    git: run.git ?? null,
    hookFailures: (run.hookFailures ?? []).map(hookFailureJson),
  };
}

/** A step run as `--output json` shows it. `name` is the step's, `node` its place in the plan. */
export function stepJson(step: StepRunRecord) {
  return {
    id: step.id,
    name: step.step,
    node: step.node,
    status: step.status,
    durationMs: durationBetween(step.startedAt, step.endedAt),
    key: step.key,
    attempts: step.attempts,
    reason: step.reason,
    origin: step.origin,
    startedAt: isoTime(step.startedAt),
    endedAt: isoTime(step.endedAt),
    output: step.output && outputJson(step.output),
    error: step.error,
    segments: step.segments?.map(segmentJson) ?? null,
    usage: step.usage ?? null,
    hookFailures: (step.hookFailures ?? []).map(hookFailureJson),
  };
}

/** One try of a step. */
export function attemptJson({ attempt, status, startedAt, endedAt, error, segments, usage }: AttemptRecord) {
  return {
    attempt,
    status,
    startedAt: isoTime(startedAt),
    durationMs: durationBetween(startedAt, endedAt),
    error,
    segments: segments?.map(segmentJson) ?? null,
    usage: usage ?? null,
  };
}

const segmentJson = ({ kind, startedAt, durationMs }: TimeSegment) => ({
  kind,
  startedAt: isoTime(startedAt),
  durationMs,
});

const hookFailureJson = ({ hook, at, error }: HookFailure) => ({ hook, at: isoTime(at), error });

/** The object that `run` and `runs show` print: `{ run, steps, result }`. */
export const runReport = (run: RunRecord, steps: readonly StepRunRecord[]) => ({
  run: runJson(run),
  steps: steps.map(stepJson),
  result: run.result,
});

/** Output fields to artifacts; an output of one value is the field `""`. */
const outputJson = (output: Output) => (output.kind === 'value' ? { '': output.value } : output.fields);
