import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { StepKey } from '../cache/cache-key.ts';
import { loadedSources } from '../code/typescript-loader.ts';
import type { PlanNode } from '../dag/plan.ts';
import { sluiceError } from '../errors.ts';
import type { Output } from '../model/artifact.ts';
import type { AttemptRecord } from '../model/run.ts';
import { attemptStart } from './attempt-start.ts';
import { createStepContext } from './create-step-context.ts';
import { handOver } from './handed-call.ts';
import { performInProcess } from './perform-in-process.ts';
import { performInline } from './perform-inline.ts';
import { type RecordReport, recordReport } from './record-report.ts';
import { removeFolder } from './remove-folder.ts';
import { isRetried, retryDelay } from './retry-delay.ts';
import { outputOf, type RunScope } from './run-scope.ts';
import type { AttemptMeter } from './step-clocks.ts';
import { isCancelled, storedError } from './stored-error.ts';
import type { Turn } from './take-turn.ts';
import { withinLimits } from './within-limits.ts';

export interface Attempted {
  readonly output: Output;
  /** The attempt that made it; its end is part of the commit. */
  readonly attempt: AttemptRecord;
  readonly meter: AttemptMeter;
  /** Number of the garbage collection that its output is safe from (`SavedGuard`). */
  readonly collection: number;
  /** Left behind by this and earlier attempts, until the commit. */
  readonly checkpointDir: string;
}

/** Attempts until one ends well, as often as `retry` allows. @throws what the last one threw. */
export async function attemptStep(
  node: PlanNode,
  run: RunScope,
  call: StepKey,
  { reason, begun }: Pick<Extract<Turn, { kind: 'run' }>, 'reason' | 'begun'>,
): Promise<Attempted> {
  const { retry } = node.step.options;
  const before = begun ? begun.attempt - 1 : run.records.of(node.id).attempts;
  const checkpointDir = checkpointPath(node, run, call);
  if (run.isFreshStart) await removeFolder(checkpointDir);
  for (let tries = 1; ; tries++) {
    const number = before + tries;
    const attempt = tries === 1 && begun ? begun : await startAttempt(node, run, call, { number, reason });
    const meter = run.clocks.of(node.id).attempt(node.step.options.isolation !== 'process');
    try {
      // Another step failed, or someone cancelled, while this one was recorded as begun.
      if (tries === 1 && run.slots.closed.aborted) throw sluiceError('ERR_CANCELLED', { what: `Step ${node.id}` });
      run.emit({ type: 'step-started', node: node.id, attempt: number, reason });
      const collection = await run.saved.since();
      const output = await oneAttempt(node, run, call, { attempt, meter, checkpointDir });
      return { output, attempt, meter, collection, checkpointDir };
    } catch (error) {
      const ended = storedError(error);
      const status = isCancelled(error) ? 'cancelled' : 'failed';
      const end = { ...meter.end(), status, endedAt: Date.now(), error: isCancelled(error) ? null : ended } as const;
      await run.stack.metadataStore.endAttempt({ ...attempt, ...end });
      if (!isRetried(error, tries, retry)) throw error;
      const delayMs = retryDelay(tries, retry ?? { attempts: tries });
      run.emit({ type: 'step-retrying', node: node.id, attempt: attempt.attempt, delayMs, error: ended });
      run.clocks.of(node.id).enter('wait');
      await pauseUnlessCancelled(node, run, delayMs);
    }
  }
}

async function startAttempt(
  node: PlanNode,
  run: RunScope,
  call: StepKey,
  how: { readonly number: number; readonly reason: string },
): Promise<AttemptRecord> {
  const { attempt, change } = attemptStart(run.records.of(node.id), call, how);
  await run.records.start(node.id, change, attempt);
  return attempt;
}

interface AttemptFacts {
  readonly attempt: AttemptRecord;
  readonly meter: AttemptMeter;
  readonly checkpointDir: string;
}

async function oneAttempt(node: PlanNode, run: RunScope, call: StepKey, facts: AttemptFacts): Promise<Output> {
  const { attempt } = facts.attempt;
  const stepRun = { id: facts.attempt.stepRunId, runId: run.run.id, step: node.step.name, attempt };
  const { metadataStore: store, experimentTracker: tracker } = run.stack;
  const clock = run.clocks.of(node.id);
  const report = recordReport({ store, tracker, emit: run.emit, node: node.id, stepRun, attempt, clock });
  const workDir = join(run.stack.home, 'work', run.run.id, node.id, String(attempt));
  const inProcess = node.step.options.isolation === 'process';
  const { cancellation, grace } = run;
  const limits = {
    step: node.id,
    timeout: node.step.options.timeout,
    cancellation,
    grace,
    givesUp: !inProcess,
    listens: report.hears,
  };
  const perform = inProcess ? inWorker : inline;
  const [ended] = await Promise.allSettled([
    withinLimits(limits, (signal, dropped) => perform(node, run, call, { ...facts, report, workDir, signal, dropped })),
  ]);
  await removeFolder(workDir);
  // Before the end of the attempt is committed: a step that is shown as ended has all its lines.
  const [flushed] = await Promise.allSettled([report.flush()]);
  // What the step itself threw says more than a store that couldn't take its lines.
  if (ended.status === 'rejected') throw ended.reason;
  if (flushed.status === 'rejected') throw flushed.reason;
  return ended.value;
}

interface Performing extends AttemptFacts {
  readonly report: RecordReport;
  readonly workDir: string;
  readonly signal: AbortSignal;
  readonly dropped: AbortSignal;
}

function inline(node: PlanNode, run: RunScope, { history }: StepKey, performing: Performing): Promise<Output> {
  const { attempt, report, workDir, checkpointDir, signal, dropped } = performing;
  const { io } = run;
  const step = { id: attempt.stepRunId, name: node.step.name, attempt: attempt.attempt };
  const context = createStepContext({ run: run.run, step, report, io, signal, workDir, checkpointDir, history });
  const { timeout } = node.step.options;
  const release = run.guard.watch({ stepRun: step.id, node: node.id, attempt: step.attempt, timeout });
  return performInline({ node, io, context, report, signal, dropped, outputOf: outputOf(run) }).finally(release);
}

function inWorker(node: PlanNode, run: RunScope, { history }: StepKey, performing: Performing): Promise<Output> {
  const { attempt, meter, report, workDir, checkpointDir, signal } = performing;
  const { projectDir, home, name } = run.stack;
  const job = {
    stack: { projectDir, home, name },
    pipeline: run.worker.pipeline,
    node: node.id,
    ...(run.plan.isDynamic && { call: handOver(node) }),
    outputs: Object.fromEntries(node.parents.map((parent) => [parent, outputOf(run)(parent)])),
    run: run.run,
    stepRun: attempt.stepRunId,
    attempt: attempt.attempt,
    workDir,
    checkpointDir,
    history,
    frozen: loadedSources(),
  };
  const { used } = meter;
  const { now } = run.cancellation;
  return performInProcess({
    job,
    step: node.id,
    workers: run.worker.pool,
    report,
    used,
    signal,
    now,
    grace: run.grace,
  });
}

/** By key, so that the next run of the same call finds it; a call that has no key, or shares it with no one, by run and node. */
function checkpointPath(node: PlanNode, run: RunScope, { key }: StepKey): string {
  const isShared = key !== null && run.cacheUse.cache && node.step.options.cache !== false;
  return join(run.stack.home, 'checkpoints', isShared ? key : `${run.rootRun}-${node.id}`);
}

async function pauseUnlessCancelled(node: PlanNode, run: RunScope, ms: number): Promise<void> {
  const { graceful } = run.cancellation;
  try {
    await pause(ms, undefined, { signal: graceful });
  } catch (error) {
    if (graceful.aborted) throw sluiceError('ERR_CANCELLED', { what: `Step ${node.id}` });
    throw error;
  }
}
