import { type PipelineClass, pipelineDefinition } from '../authoring/pipeline.ts';
import { sluiceError } from '../errors.ts';
import type { HookContext } from '../model/hook.ts';
import type { RunRecord, StoredError } from '../model/run.ts';
import { isSuccess, type Status } from '../model/status.ts';
import { checkStatic } from './check-static.ts';
import type { RunOutcome } from './execute.ts';
import { healNode, isDamage } from './heal-parents.ts';
import { callHook } from './hook-caller.ts';
import type { BodyEnding } from './run-body.ts';
import { runResult } from './run-result.ts';
import { outputOf, type RunScope } from './run-scope.ts';
import { runOf } from './step-hooks.ts';
import { storedError } from './stored-error.ts';
import { tellTracker } from './tell-tracker.ts';

interface Finished {
  readonly status: Status;
  readonly error: StoredError | null;
  readonly value: unknown;
  readonly result: unknown;
}

/** The end of a run: its status, its result, the replay check, the last words to store, tracker and listeners. */
export async function finishRun(
  scope: RunScope,
  options: {
    readonly record: RunRecord;
    /** What made the engine itself fail. */
    readonly fault: unknown;
    readonly pipeline: PipelineClass;
    readonly params: unknown;
    /** Of the body of a dynamic pipeline: it has run already. */
    readonly ending?: BodyEnding;
  },
): Promise<RunOutcome> {
  const { stack, records, emit } = scope;
  const finished = await finish(scope, options);
  await scope.hooks.settled();
  const { value, ...rest } = finished;
  const grown = scope.plan.isDynamic ? { plan: scope.plan.toJSON() } : {};
  const change = { ...rest, ...grown, endedAt: Date.now() };
  await records.flush();
  await stack.metadataStore.updateRun(scope.run.id, change);
  const cancelRequested = scope.cancellation.isByUser;
  const ended: RunRecord = Object.freeze({ ...options.record, ...change, cancelRequested });
  const run = await callRunHook(scope, ended, { pipeline: options.pipeline, value });
  const steps = records.all();
  await tellTracker(stack.experimentTracker, (tracker) => tracker.runFinished(run, steps));
  const trackerUrl = stack.experimentTracker.linkTo(run.id);
  const link = trackerUrl === undefined ? {} : { trackerUrl };
  emit({ type: 'run-finished', run, steps, ...link });
  if (options.fault !== undefined) throw options.fault;
  return { run, steps, value, ...link };
}

/** The run has ended, and the store knows it. @returns the record, with the hook that failed. */
async function callRunHook(
  scope: RunScope,
  run: RunRecord,
  { pipeline, value }: { readonly pipeline: PipelineClass; readonly value: unknown },
): Promise<RunRecord> {
  const { status, error } = run;
  if (status !== 'succeeded' && status !== 'failed') return run;
  const context: HookContext = Object.freeze({ run: runOf(run), status, error, outputs: async () => value });
  const failure = await callHook({
    hooks: pipelineDefinition(pipeline),
    kind: status === 'succeeded' ? 'onSuccess' : 'onFailure',
    context,
    of: `pipeline ${run.pipeline}`,
    now: scope.cancellation.now,
  });
  if (!failure) return run;
  const hookFailures = [failure];
  await scope.stack.metadataStore.updateRun(run.id, { hookFailures });
  scope.emit({ type: 'hook-failed', failure });
  return Object.freeze({ ...run, hookFailures });
}

async function finish(
  scope: RunScope,
  { fault, ending, ...body }: Omit<Parameters<typeof finishRun>[1], 'record'>,
): Promise<Finished> {
  const nothing = { value: undefined, result: null };
  if (fault !== undefined) return { status: 'failed', error: storedError(fault), ...nothing };
  const steps = scope.records.all();
  const isOver = ending ? ending.kind === 'returned' : steps.every(({ status }) => isSuccess(status));
  if (!isOver) {
    if (scope.cancellation.isByUser) {
      const what = `Run ${scope.run.name}`;
      return { status: 'cancelled', error: storedError(sluiceError('ERR_CANCELLED', { what })), ...nothing };
    }
    const failed = ending?.kind === 'failed' ? ending : steps.find(({ status }) => status === 'failed');
    return { status: 'failed', error: failed?.error ?? null, ...nothing };
  }
  try {
    const { value, json } = await healing(scope, () => (ending ? resultOf(scope) : lookBack(scope, body)));
    // The body of a dynamic pipeline has the very values in hand.
    return {
      status: 'succeeded',
      error: null,
      value: ending?.kind === 'returned' ? ending.value : value,
      result: json,
    };
  } catch (error) {
    return { status: 'failed', error: storedError(error), ...nothing };
  }
}

async function lookBack(
  scope: RunScope,
  body: { readonly pipeline: PipelineClass; readonly params: unknown },
): Promise<{ value: unknown; json: unknown }> {
  const { plan, io } = scope;
  const difference = await checkStatic({ ...body, plan, io, outputOf: outputOf(scope) });
  if (difference !== undefined) throw sluiceError('ERR_PIPELINE_NOT_STATIC', { pipeline: plan.pipeline, difference });
  return resultOf(scope);
}

const resultOf = (scope: RunScope): Promise<{ readonly value: unknown; readonly json: unknown }> =>
  runResult(scope.plan.result, { io: scope.io, outputOf: outputOf(scope) });

/** Reading results back may be the first to meet damaged ones: those steps run again, once. */
async function healing<T>(scope: RunScope, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isDamage(error)) throw error;
    const healed = await Promise.all(scope.plan.nodes.map(({ id }) => healNode(id, scope)));
    if (!healed.includes(true)) throw error;
    return read();
  }
}
