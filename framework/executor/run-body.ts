import { namesByLane } from '../authoring/call-names.ts';
import { withRefs } from '../authoring/define-plan.ts';
import { callBody, type PipelineClass } from '../authoring/pipeline.ts';
import { Recorder, recordInto } from '../authoring/recorder.ts';
import type { GrowingPlan } from '../dag/growing-plan.ts';
import { SluiceError, sluiceError } from '../errors.ts';
import type { RunMode, StoredError } from '../model/run.ts';
import { createLiveCalls } from './live-calls.ts';
import { createLiveValues } from './live-values.ts';
import { watchRejections } from './own-rejections.ts';
import type { RunScope } from './run-scope.ts';
import type { LiveStart } from './start-live.ts';
import { StepFailure } from './step-failure.ts';
import { storePlanAsItGrows } from './store-plan-as-it-grows.ts';
import { storedError } from './stored-error.ts';

/** How a body that ran live ended. */
export type BodyEnding =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: StoredError }
  /** Cancelled, or ended by a fault of the engine. */
  | { readonly kind: 'stopped' };

export interface RunBodyOptions extends LiveStart {
  readonly pipeline: PipelineClass;
  readonly params: unknown;
  readonly mode: RunMode;
}

/**
 * Runs the body of a dynamic pipeline: every step call goes through `runStep`, as a node that is added to the plan, and gives the body its
 * result. A failed step rejects its call; whether that ends the run is the body's to say. When the body fails, the mode says what becomes of
 * the calls under way: `fail-fast` cancels them, `stop` lets them end, `continue` takes the further calls of other branches too.
 */
export async function runBody(
  scope: RunScope,
  { plan, history, pipeline, params, mode }: RunBodyOptions,
): Promise<{ readonly ending: BodyEnding; readonly fault: unknown }> {
  const { cancellation, slots } = scope;
  const values = createLiveValues();
  const keys = { ...scope.keys, keyOf: history.checkedKeyOf(scope, values) };
  const onEnding = history.onEnding(scope);
  const calls = createLiveCalls({ scope: { ...scope, keys }, plan, values, onEnding });
  const stored = storePlanAsItGrows(scope, plan);
  const rejections = watchRejections(calls.hasThrown);
  const halt = (): void => slots.close();
  cancellation.graceful.addEventListener('abort', halt);
  if (cancellation.graceful.aborted) halt();
  try {
    const recorder = new Recorder({
      pipeline: plan.pipeline,
      answer: calls.call,
      provenance: values,
      names: namesByLane(),
      isLive: true,
    });
    let ending = await Promise.race([
      recordInto(recorder, () => endingOf(plan.pipeline, () => callBody(pipeline, params))),
      givenUp(scope),
    ]);
    if (ending.kind === 'failed' && mode !== 'continue') {
      calls.halt();
      if (mode === 'fail-fast') cancellation.request('graceful', 'failure');
      else halt();
    }
    await calls.end();
    warnOfRefresh(scope, plan);
    // A body that takes no notice of a cancellation was cancelled all the same.
    if (ending.kind === 'returned' && calls.hasStopped) ending = { kind: 'stopped' };
    if (ending.kind === 'returned') ending = unnoticed() ?? ending;
    if (ending.kind === 'returned') plan.end(withRefs(ending.value, values.refOf));
    return { ending, fault: calls.fault };
  } finally {
    cancellation.graceful.removeEventListener('abort', halt);
    rejections.release();
    await stored.stop();
  }

  /** A step that failed although the body went on as if nothing were, or a call that the run it resumes did not make. */
  function unnoticed(): BodyEnding | undefined {
    const rejection = rejections.first();
    if (rejection) return failed(plan.pipeline, rejection.reason);
    const error = history.difference(plan);
    return error && { kind: 'failed', error: storedError(error) };
  }
}

/** A slip in a name would run nothing afresh, silently: here the names are known only now. */
function warnOfRefresh({ cacheUse: { refresh } }: RunScope, { nodes, pipeline }: GrowingPlan): void {
  if (refresh === true) return;
  const unknown = refresh.filter((name) => !nodes.some(({ id, step }) => id === name || step.name === name));
  if (unknown.length > 0)
    process.emitWarning(`Sluice: ${pipeline} called no step ${unknown.join(', ')} to run afresh.`);
}

async function endingOf(pipeline: string, body: () => Promise<unknown>): Promise<BodyEnding> {
  try {
    return { kind: 'returned', value: await body() };
  } catch (error) {
    return failed(pipeline, error);
  }
}

/** How the run's error reads: a step's failure as the step's, what the body threw as the body's. */
function failed(pipeline: string, error: unknown): BodyEnding {
  if (error instanceof StepFailure) return { kind: 'failed', error: error.stored };
  if (error instanceof SluiceError) {
    return error.code === 'ERR_CANCELLED' ? { kind: 'stopped' } : { kind: 'failed', error: storedError(error) };
  }
  const { message, stack } = storedError(error);
  const {
    code,
    hint,
    message: said,
  } = sluiceError('ERR_PIPELINE_BODY', {
    pipeline,
    problem: message,
    ...(isChangeOfFrozen(error) && {
      fix: 'Results of steps are frozen: change a copy ([...rows].sort()), or make the change in a step.',
    }),
  });
  return { kind: 'failed', error: { code, message: said, hint, ...(stack !== undefined && { stack }) } };
}

const isChangeOfFrozen = (error: unknown): boolean =>
  error instanceof TypeError &&
  /read only property|not extensible|Cannot (?:delete|redefine) property/.test(error.message);

/** A cancelled run waits for its body as long as for a step: it may be at something of its own. */
function givenUp({ cancellation: { graceful, now }, grace }: RunScope): Promise<BodyEnding> {
  const { promise, resolve } = Promise.withResolvers<BodyEnding>();
  const giveUp = (): void => resolve({ kind: 'stopped' });
  const wait = (): void => void setTimeout(giveUp, grace.abortMs).unref();
  if (graceful.aborted) wait();
  graceful.addEventListener('abort', wait, { once: true });
  if (now.aborted) giveUp();
  now.addEventListener('abort', giveUp, { once: true });
  return promise;
}
