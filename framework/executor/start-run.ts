import { fileURLToPath } from 'node:url';
import type { PipelineDefinition } from '../authoring/pipeline.ts';
import { freezeCode } from '../cache/freeze-code.ts';
import type { Stack } from '../components/stack.ts';
import type { Plan } from '../dag/plan.ts';
import type { Output } from '../model/artifact.ts';
import type { RunRecord } from '../model/run.ts';
import { createCancellation, DEFAULT_GRACE } from './cancellation.ts';
import { checkResources } from './check-resources.ts';
import { createClaimKeeper } from './claim-keeper.ts';
import { createCodeRecorder } from './code-recorder.ts';
import type { ExecuteOptions } from './execute.ts';
import { createGuard, type Guard, noGuard } from './guard.ts';
import { guardSaved } from './guard-saved.ts';
import { createHeart, noHeart } from './heart.ts';
import { machineLedger } from './machine-ledger.ts';
import { capacityOf } from './resource-amounts.ts';
import { resumableSteps } from './resumable-steps.ts';
import { runRecord } from './run-record.ts';
import { outputOf, type RunScope } from './run-scope.ts';
import { createSlots } from './slots.ts';
import { stackDigester, stackIo } from './stack-services.ts';
import { type LiveStart, startLive } from './start-live.ts';
import { createStepClocks } from './step-clocks.ts';
import { createStepHooks } from './step-hooks.ts';
import { createStepKeys } from './step-keys.ts';
import { createStepRecords } from './step-records.ts';
import { createWorkerPool } from './worker-pool.ts';

/** Keys being made at once: enough to overlap reads, few enough to hold ten thousand ready steps cheaply. */
const LOOKS = 16;

/** The script of the guard's thread, as the build puts it. */
const GUARD = new URL('./guard.js', import.meta.url);

export interface StartOptions extends ExecuteOptions {
  readonly executor: string;
  readonly definition: PipelineDefinition;
}

export interface StartedRun {
  readonly scope: RunScope;
  readonly record: RunRecord;
  /** For a dynamic pipeline. */
  readonly live: LiveStart | undefined;
}

/** Writes the run's record with all its steps pending, and makes what they share. */
export async function startRun(planned: Plan, options: StartOptions): Promise<StartedRun> {
  const { stack, executor, definition } = options;
  const { cache = true, refresh = [], artifactIo: io = stackIo(stack, definition.materializers) } = options;
  const capacity = capacityOf(stack.orchestrator.capacity, options.capacity);
  checkResources(planned.nodes, capacity);
  const store = stack.metadataStore;
  const resume = await resumableSteps(store, options.resumeFrom);
  const emit = options.onEvent ?? (() => {});
  const { codeDigester = stackDigester(stack) } = options;
  const live = definition.dynamic ? await startLive(planned, { definition, codeDigester, resume }) : undefined;
  const plan = live?.plan ?? planned;
  const record = runRecord(plan, options);
  const records = createStepRecords(plan, record.id, store);
  await store.createRun(record, records.all());
  const outputs = new Map<string, Output>();
  const maxParallel = options.maxParallel ?? stack.orchestrator.maxParallel;
  const cacheUse = { cache, refresh };
  await freezeCode(plan, codeDigester);
  const entry = new URL('./heart.js', import.meta.url);
  const heart = store.capabilities.manyMachines ? createHeart({ executor, stack: placeOf(stack), entry }) : noHeart;
  const slots = createSlots({ look: LOOKS, step: maxParallel }, capacity);
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
      resumedFrom: options.resumeFrom,
    }),
    records,
    clocks: createStepClocks(),
    code: createCodeRecorder({ run: record, store, projectDir: stack.projectDir }),
    claims: createClaimKeeper(executor, store, heart),
    saved: guardSaved(store, io),
    heart,
    guard: guardOf(options, record),
    hooks: createStepHooks(record),
    resumed: resume.steps,
    reuse: new Set(options.reuse),
    isFreshStart: options.isFreshStart ?? false,
    slots,
    capacity,
    machine: machineLedger,
    // The body of a dynamic pipeline says itself what a failure means.
    onFailure: live || record.mode === 'continue' ? () => {} : () => slots.close(),
    cancellation: createCancellation((how) => emit({ type: 'run-cancelling', how })),
    grace: { ...DEFAULT_GRACE, ...options.grace },
    emit,
    outputs,
    healing: new Map(),
    worker: {
      pool: createWorkerPool(options.worker ?? { entry: fileURLToPath(new URL('./worker.js', import.meta.url)) }),
      pipeline: { source: definition.file, name: definition.name, ...valuesForWorkers(options) },
    },
  };
  return { scope, record, live };
}

function guardOf({ onForcedEnd: onEnd, executor, stack }: StartOptions, { id, name }: RunRecord): Guard {
  return onEnd ? createGuard({ executor, run: { id, name }, stack: placeOf(stack), entry: GUARD, onEnd }) : noGuard;
}

/** What a thread or a process needs to open the stack again. */
const placeOf = ({ projectDir, home, name }: Stack) => ({ projectDir, home, name });

const valuesForWorkers = ({ params, values }: ExecuteOptions): { values: unknown; areParsed: boolean } =>
  values === undefined ? { values: params, areParsed: true } : { values, areParsed: false };
