import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import { type PipelineClass, type PipelineDefinition, pipelineDefinition } from '../authoring/pipeline.ts';
import type { CacheUse } from '../cache/decide.ts';
import type { CodeDigester } from '../code/code-digest.ts';
import type { Stack } from '../components/stack.ts';
import type { Plan } from '../dag/plan.ts';
import { sluiceError } from '../errors.ts';
import type { RunMode, RunRecord, StepRunRecord, StoredError } from '../model/run.ts';
import type { EventSink } from '../model/run-event.ts';
import type { Resources } from '../model/step-definition.ts';
import { THIS_HOST } from '../this-host.ts';
import type { Grace } from './cancellation.ts';
import { captureConsole } from './capture-console.ts';
import { finishRun } from './finish-run.ts';
import { keepPresence } from './keep-presence.ts';
import { markLostRuns } from './mark-lost-runs.ts';
import { removeFolder } from './remove-folder.ts';
import { runBody } from './run-body.ts';
import { type StartedRun, startRun } from './start-run.ts';
import { tellTracker } from './tell-tracker.ts';
import { walkPlan } from './walk-plan.ts';
import { WORKER_MARK } from './worker-mark.ts';
import type { WorkerLaunch } from './worker-process.ts';

export interface ExecuteOptions extends Partial<CacheUse> {
  readonly stack: Stack;
  /** The class that `plan` was made of. */
  readonly pipeline: PipelineClass;
  /** Validated parameters, as `definePlan` returned them. */
  readonly params: unknown;
  /** Parameters as the user gave them, for worker processes, which parse them again. Without them they get `params` as they are. */
  readonly values?: unknown;
  /** Default: a new one, `stackDigester(stack)`. */
  readonly codeDigester?: CodeDigester;
  /** Default: the one of the stack, `stackIo(stack)`. */
  readonly artifactIo?: ArtifactIo;
  /** Default: the pipeline's name, the time and the beginning of the run's id. */
  readonly name?: string;
  readonly tags?: readonly string[];
  /** What there is to say about this run; may be changed later. */
  readonly notes?: string;
  /** Default `fail-fast`. */
  readonly mode?: RunMode;
  /** Steps at a time. Default: what the stack's orchestrator says. */
  readonly maxParallel?: number;
  /** What `resources` of steps are counted against. Default: this machine. */
  readonly capacity?: Resources;
  /** Id of a run to continue: its results are used again, those of steps that are never cached too. */
  readonly resumeFrom?: string;
  /** With `resumeFrom`: steps that have not ended well begin anew, not at their checkpoints. */
  readonly isFreshStart?: boolean;
  /** Nodes whose results are expected in the cache: one that runs all the same is warned about, with what has changed. */
  readonly reuse?: readonly string[];
  /** Aborted (Ctrl-C once): steps are asked to end. */
  readonly signal?: AbortSignal;
  /** Aborted (Ctrl-C twice): steps are killed or given up. */
  readonly killSignal?: AbortSignal;
  readonly onEvent?: EventSink;
  /**
   * Has inline steps watched, so that one which blocks this thread can be ended with its run: on Ctrl-C, when another process cancels the run, or
   * after its timeout. All of that is in the record when this is called; it says so and ends the process, for nothing else can go on.
   */
  readonly onForcedEnd?: (error: StoredError, exitCode: number) => void;
  readonly grace?: Partial<Grace>;
  /** Default: `worker.js` beside this file, as the build puts it. */
  readonly worker?: WorkerLaunch;
}

export interface RunOutcome {
  readonly run: RunRecord;
  /** In the order of the plan; in that of the calls where the pipeline is dynamic. */
  readonly steps: readonly StepRunRecord[];
  /** What the pipeline returned, real values; undefined unless the run succeeded. */
  readonly value: unknown;
  /** The run's page at the tracker's server, where it has one and has answered. */
  readonly trackerUrl?: string;
}

/**
 * Runs a plan: every step whose key is known is served from the cache, every other one runs, and all of it is recorded. Of a dynamic pipeline it
 * runs the body, whose calls make the plan.
 * What goes wrong in a step is in the outcome (`run.status`, `run.error`), not thrown.
 *
 * @throws what the stack's stores throw, and ERR_INPUT for a run to resume that doesn't exist.
 */
export async function execute(plan: Plan, options: ExecuteOptions): Promise<RunOutcome> {
  const definition = pipelineDefinition(options.pipeline);
  refuseInWorker(definition);
  const store = options.stack.metadataStore;
  const executor = randomBytes(6).toString('hex');
  await store.registerExecutor({ id: executor, host: THIS_HOST, pid: process.pid, startedAt: Date.now() });
  try {
    await markLostRuns(options.stack);
    const started = await startRun(plan, { ...options, executor, definition });
    return await conduct(started, { ...options, executor });
  } finally {
    await store.retireExecutor(executor);
  }
}

/** From the first event of a run to its last. */
async function conduct(
  { scope, record, live }: StartedRun,
  options: ExecuteOptions & { readonly executor: string },
): Promise<RunOutcome> {
  const { stack, cancellation, claims, emit } = scope;
  const { pipeline, params, executor } = options;
  const cancelGracefully = (): void => cancellation.request('graceful', 'user');
  const cancelNow = (): void => cancellation.request('now', 'user');
  const onCancel = (how: 'graceful' | 'now'): void => cancellation.request(how, 'user');
  const store = stack.metadataStore;
  const presence = keepPresence({ store, executor, run: record.id, claims, onCancel });
  const releaseConsole = captureConsole();
  const unlisten: (() => void)[] = [];
  try {
    await tellTracker(stack.experimentTracker, (tracker) => tracker.runStarted(record));
    emit({ type: 'run-started', run: record, nodes: scope.plan.nodes.map(({ id, parents }) => ({ id, parents })) });
    unlisten.push(onAbort(options.signal, cancelGracefully), onAbort(options.killSignal, cancelNow));
    const body = live && (await runBody(scope, { ...live, pipeline, params, mode: record.mode }));
    const fault = body ? body.fault : await walkPlan(scope, record.mode);
    return await finishRun(scope, { record, fault, pipeline, params, ...(body && { ending: body.ending }) });
  } finally {
    for (const stop of unlisten) stop();
    releaseConsole();
    await scope.code.recorded();
    presence.stop();
    scope.heart.stop();
    scope.guard.stop();
    scope.worker.pool.close();
    await removeFolder(join(stack.home, 'work', record.id));
  }
}

function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal?.aborted) listener();
  signal?.addEventListener('abort', listener);
  return () => signal?.removeEventListener('abort', listener);
}

/** Its worker processes import the pipeline's file: if that starts a run, there is no end. */
function refuseInWorker({ name }: PipelineDefinition): void {
  if (process.env[WORKER_MARK] === undefined) return;
  throw sluiceError('ERR_PIPELINE_DEFINITION', {
    pipeline: name,
    problem: 'its file starts a run when it is imported, and worker processes import it.',
    fix: 'Keep the class in a file of its own and call run() in another one.',
  });
}
