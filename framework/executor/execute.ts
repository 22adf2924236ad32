import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import { type PipelineClass, type PipelineDefinition, pipelineDefinition } from '../authoring/pipeline.ts';
import type { CacheUse } from '../cache/decide.ts';
import { freezeCode } from '../cache/freeze-code.ts';
import type { CodeDigester } from '../code/code-digest.ts';
import type { Stack } from '../components/stack.ts';
import type { Plan } from '../dag/plan.ts';
import { sluiceError } from '../errors.ts';
import type { Output } from '../model/artifact.ts';
import type { RunMode, RunRecord, StepRunRecord } from '../model/run.ts';
import type { EventSink } from '../model/run-event.ts';
import type { Resources } from '../model/step-definition.ts';
import { secretValues } from '../secret-values.ts';
import { THIS_HOST } from '../this-host.ts';
import { createCancellation, DEFAULT_GRACE, type Grace } from './cancellation.ts';
import { captureConsole } from './capture-console.ts';
import { createClaimKeeper } from './claim-keeper.ts';
import { createCodeRecorder } from './code-recorder.ts';
import { finishRun } from './finish-run.ts';
import { gitSource } from './git-source.ts';
import { guardSaved } from './guard-saved.ts';
import { createHeart, noHeart } from './heart.ts';
import { jsonData } from './json-data.ts';
import { keepPresence } from './keep-presence.ts';
import { markLostRuns } from './mark-lost-runs.ts';
import type { WorkerLaunch } from './perform-in-process.ts';
import { removeFolder } from './remove-folder.ts';
import { amountsOf, machineCapacity } from './resource-amounts.ts';
import { resumableSteps } from './resumable-steps.ts';
import { runEnvironment } from './run-environment.ts';
import { outputOf, type RunScope } from './run-scope.ts';
import { runStep } from './run-step.ts';
import { schedule } from './schedule.ts';
import { createSlots } from './slots.ts';
import { stackDigester, stackIo } from './stack-services.ts';
import { createStepClocks } from './step-clocks.ts';
import { createStepKeys } from './step-keys.ts';
import { createStepRecords } from './step-records.ts';
import { tellTracker } from './tell-tracker.ts';
import { WORKER_MARK } from './worker-mark.ts';

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
  /** Default: the pipeline's name and the time. */
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
  /** Aborted (Ctrl-C once): steps are asked to end. */
  readonly signal?: AbortSignal;
  /** Aborted (Ctrl-C twice): steps are killed or given up. */
  readonly killSignal?: AbortSignal;
  readonly onEvent?: EventSink;
  readonly grace?: Partial<Grace>;
  /** Default: `worker.js` beside this file, as the build puts it. */
  readonly worker?: WorkerLaunch;
}

export interface RunOutcome {
  readonly run: RunRecord;
  /** In the order of the plan. */
  readonly steps: readonly StepRunRecord[];
  /** What the pipeline returned, real values; undefined unless the run succeeded. */
  readonly value: unknown;
  /** The run's page at the tracker's server, where it has one and has answered. */
  readonly trackerUrl?: string;
}

/** Keys being made at once: enough to overlap reads, few enough to hold ten thousand ready steps cheaply. */
const LOOKS = 16;

/**
 * Runs a plan: every step whose key is known is served from the cache, every other one runs, and all of it is recorded.
 * What goes wrong in a step is in the outcome (`run.status`, `run.error`), not thrown.
 *
 * @throws what the stack's stores throw, and ERR_INPUT for a run to resume that doesn't exist.
 */
export async function execute(plan: Plan, options: ExecuteOptions): Promise<RunOutcome> {
  const definition = pipelineDefinition(options.pipeline);
  refuseInWorker(definition);
  const { stack } = options;
  const store = stack.metadataStore;
  const executor = randomBytes(6).toString('hex');
  await store.registerExecutor({ id: executor, host: THIS_HOST, pid: process.pid, startedAt: Date.now() });
  try {
    await markLostRuns(stack);
    const { scope, record } = await startRun(plan, { ...options, executor, definition });
    return await conduct(scope, record, { ...options, executor });
  } finally {
    await store.retireExecutor(executor);
  }
}

/** From the first event of a run to its last. */
async function conduct(
  scope: RunScope,
  record: RunRecord,
  options: ExecuteOptions & { readonly executor: string },
): Promise<RunOutcome> {
  const { stack, cancellation, claims, emit } = scope;
  const { pipeline, params, executor } = options;
  const cancelGracefully = (): void => cancellation.request('graceful', 'user');
  const cancelNow = (): void => cancellation.request('now', 'user');
  const store = stack.metadataStore;
  const presence = keepPresence({ store, executor, run: record.id, claims, onCancel: cancelGracefully });
  const releaseConsole = captureConsole();
  const unlisten: (() => void)[] = [];
  try {
    await tellTracker(stack.experimentTracker, (tracker) => tracker.runStarted(record));
    emit({ type: 'run-started', run: record, nodes: scope.plan.nodes.map(({ id, parents }) => ({ id, parents })) });
    unlisten.push(onAbort(options.signal, cancelGracefully), onAbort(options.killSignal, cancelNow));
    const fault = await walk(scope, record.mode);
    return await finishRun(scope, { record, fault, pipeline, params });
  } finally {
    for (const stop of unlisten) stop();
    releaseConsole();
    await scope.code.recorded();
    presence.stop();
    scope.heart.stop();
    await removeFolder(join(stack.home, 'work', record.id));
  }
}

/** Runs all nodes. Returns what made the engine itself fail, if anything did. */
async function walk(scope: RunScope, mode: RunMode): Promise<unknown> {
  const { plan, cancellation, slots, records, emit } = scope;
  let fault: unknown;
  const halt = (): void => slots.close();
  cancellation.graceful.addEventListener('abort', halt);
  if (cancellation.graceful.aborted) halt();
  await schedule(plan, {
    mode,
    isHalted: () => cancellation.graceful.aborted,
    onHalt: () => (mode === 'fail-fast' ? cancellation.request('graceful', 'failure') : halt()),
    async runNode(id) {
      try {
        return await runStep(plan.node(id), scope);
      } catch (error) {
        fault ??= error;
        cancellation.request('graceful', 'failure');
        return 'failed';
      }
    },
    async skip(id, because) {
      if (fault !== undefined) return;
      const isCancelled = cancellation.isByUser;
      const reason = isCancelled ? 'The run was cancelled.' : `Step ${because} did not end well.`;
      records.updateSoon(id, { status: isCancelled ? 'cancelled' : 'skipped', reason, endedAt: Date.now() });
      emit(isCancelled ? { type: 'step-cancelled', node: id } : { type: 'step-skipped', node: id, because });
    },
  });
  return fault;
}

interface StartOptions extends ExecuteOptions {
  readonly executor: string;
  readonly definition: PipelineDefinition;
}

/** Writes the run's record with all its steps pending, and makes what they share. */
async function startRun(plan: Plan, options: StartOptions): Promise<{ scope: RunScope; record: RunRecord }> {
  const { stack, executor, definition } = options;
  const { cache = true, refresh = [], artifactIo: io = stackIo(stack, definition.materializers) } = options;
  const store = stack.metadataStore;
  const resume = await resumableSteps(store, options.resumeFrom);
  const emit = options.onEvent ?? (() => {});
  const record = runRecord(plan, options);
  const records = createStepRecords(plan, record.id, store);
  await store.createRun(record, records.all());
  const outputs = new Map<string, Output>();
  const capacity = { ...machineCapacity(), ...options.capacity };
  const maxParallel = options.maxParallel ?? stack.orchestrator.maxParallel;
  const cacheUse = { cache, refresh };
  const { codeDigester = stackDigester(stack) } = options;
  await freezeCode(plan, codeDigester);
  const entry = new URL('./heart.js', import.meta.url);
  const heart = store.capabilities.manyMachines ? createHeart({ executor, stack: placeOf(stack), entry }) : noHeart;
  const scope: RunScope = {
    run: { id: record.id, name: record.name },
    rootRun: resume.root ?? record.id,
    plan,
    stack,
    io,
    cacheUse,
    keys: createStepKeys({
      stack,
      pipeline: definition.name,
      io,
      codeDigester,
      ...cacheUse,
      outputOf: outputOf({ outputs }),
      resumed: resume.steps,
    }),
    records,
    clocks: createStepClocks(),
    code: createCodeRecorder({ run: record, store, projectDir: stack.projectDir }),
    claims: createClaimKeeper(executor, store, heart),
    saved: guardSaved(store, io),
    heart,
    slots: createSlots({ look: LOOKS, step: maxParallel, ...amountsOf(capacity) }),
    cancellation: createCancellation((how) => emit({ type: 'run-cancelling', how })),
    grace: { ...DEFAULT_GRACE, ...options.grace },
    emit,
    outputs,
    healing: new Map(),
    worker: {
      launch: options.worker ?? { entry: fileURLToPath(new URL('./worker.js', import.meta.url)) },
      pipeline: { source: definition.file, name: definition.name, ...valuesForWorkers(options) },
    },
  };
  return { scope, record };
}

/** What a thread or a process needs to open the stack again. */
const placeOf = ({ projectDir, home, name }: Stack) => ({ projectDir, home, name });

const valuesForWorkers = ({ params, values }: ExecuteOptions): { values: unknown; areParsed: boolean } =>
  values === undefined ? { values: params, areParsed: true } : { values, areParsed: false };

function runRecord(plan: Plan, options: StartOptions): RunRecord {
  const { stack, executor, definition } = options;
  const now = Date.now();
  const git = gitSource(stack.projectDir);
  return Object.freeze({
    id: randomBytes(6).toString('hex'),
    name: options.name ?? `${definition.name}-${timeName(now)}`,
    pipeline: definition.name,
    status: 'running',
    stack: stack.name,
    source: definition.file,
    params: jsonData(options.params, []),
    tags: options.tags ?? [],
    mode: options.mode ?? 'fail-fast',
    plan: plan.toJSON(),
    executor,
    createdAt: now,
    startedAt: now,
    endedAt: null,
    result: null,
    error: null,
    resumedFrom: options.resumeFrom ?? null,
    cancelRequested: false,
    notes: options.notes === undefined ? null : secretValues.mask(options.notes),
    environment: runEnvironment(),
    git: git ? { ...git, dirty: null } : null,
    hookFailures: null,
  });
}

/** `20261121-043000`, local time: what people remember a run by. */
function timeName(time: number): string {
  const at = new Date(time);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  return `${day}-${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
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
