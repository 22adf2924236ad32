import { setTimeout as pause } from 'node:timers/promises';
import { definePlan } from '../authoring/define-plan.ts';
import { type PipelineClass, pipelineDefinition } from '../authoring/pipeline.ts';
import type { Stack } from '../components/stack.ts';
import type { PlanNode } from '../dag/plan.ts';
import type { Output } from '../model/artifact.ts';
import { secretValues } from '../secret-values.ts';
import { captureConsole } from './capture-console.ts';
import { createStepContext } from './create-step-context.ts';
import { performInline } from './perform-inline.ts';
import { isAsBefore, type ProcessState, processState } from './process-state.ts';
import { mayRetry } from './retry-delay.ts';
import { stackIo } from './stack-services.ts';
import type { StepReport } from './step-report.ts';
import { storedError } from './stored-error.ts';
import { type KnownClasses, knowClasses, takeOver } from './take-over-call.ts';
import { startUsage } from './usage-meter.ts';
import type { FromWorker, ToWorker, WorkerJob } from './worker-protocol.ts';

/** A process that is given up is killed. */
const NEVER = new AbortController().signal;

/** What a worker process is given by the room that knows adapters and loaders. */
export interface WorkerHost {
  openStack(stack: WorkerJob['stack']): Promise<Pick<Stack, 'artifactStore' | 'home' | 'close'>>;
  /** The pipeline class, loaded from exactly the source that the run started with. */
  loadPipeline(job: WorkerJob): Promise<PipelineClass>;
}

type Host = WorkerHost & { readonly classes: KnownClasses };

/** What a step closes at its end is closed for good a little later. */
const SETTLE_MS = [0, 5, 20] as const;
/** How long after its last word the process may take to end by itself before it ends itself. */
const LEAVE_MS = 1000;

/**
 * The whole life of a worker process: takes a job from its parent, plans the pipeline again to find the step and its receiver (those of a
 * dynamic one are handed over), runs one attempt, saves the output into the store and says so. After a step that ended well and left nothing behind it waits for another one, else it ends. It never
 * touches the metadata store: the parent commits.
 * It ends at once when its parent is gone, for then nothing it makes can be committed.
 */
export function serveStep(given: WorkerHost): void {
  // Before any file of the user's is loaded.
  const host = { ...given, classes: knowClasses() };
  let abort = new AbortController();
  // Ctrl-C goes to every process of the terminal; the parent decides what it means.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(1));
  process.on('message', (message: ToWorker) => {
    if (message.type === 'abort') {
      tell({ type: 'heard' });
      abort.abort();
    } else {
      abort = new AbortController();
      for (const secret of message.secrets) secretValues.add(secret);
      void serve(host, message, abort.signal);
    }
  });
}

async function serve(
  host: Host,
  { job, mark }: Extract<ToWorker, { type: 'run' }>,
  signal: AbortSignal,
): Promise<void> {
  const attempt: { retry?: Parameters<typeof mayRetry>[1]; before?: ProcessState } = {};
  const usage = startUsage(false);
  try {
    const output = await perform(host, job, signal, (retry) => {
      attempt.retry = retry;
      attempt.before = processState();
    });
    tell({ type: 'usage', usage: usage() });
    tell({ type: 'succeeded', output });
    if (!signal.aborted && attempt.before && (await isFit(attempt.before))) stay(mark);
    else leave();
  } catch (error) {
    tell({ type: 'usage', usage: usage() });
    tell({ type: 'failed', error: storedError(error), mayRetry: mayRetry(error, attempt.retry) });
    leave();
  }
}

async function perform(
  host: Host,
  job: WorkerJob,
  signal: AbortSignal,
  onRetry: (retry: Parameters<typeof mayRetry>[1]) => void,
): Promise<Output> {
  const [target, stack] = await Promise.all([host.loadPipeline(job), host.openStack(job.stack)]);
  try {
    const node = await nodeOf(job, target, host.classes);
    onRetry(node.step.options.retry);
    const io = stackIo(stack, pipelineDefinition(target).materializers);
    const { run, workDir, checkpointDir, history } = job;
    const step = { id: job.stepRun, name: node.step.name, attempt: job.attempt };
    const context = createStepContext({ run, step, report, io, signal, workDir, checkpointDir, history });
    const release = captureConsole();
    const output = await performInline({
      node,
      io,
      context,
      report,
      signal,
      dropped: NEVER,
      outputOf: (id) => job.outputs[id]!,
    });
    release();
    return output;
  } finally {
    await stack.close();
  }
}

async function nodeOf(
  { pipeline, node, call }: WorkerJob,
  target: PipelineClass,
  classes: KnownClasses,
): Promise<PlanNode> {
  if (call) return takeOver(call, node, classes);
  const { plan } = await definePlan(target, pipeline.values, { areParsed: pipeline.areParsed });
  return plan.node(node);
}

const tell = (message: FromWorker): void => void process.send?.(message);

const report: StepReport = {
  log: (line) => tell({ type: 'log', line }),
  track: (entry) => tell({ type: 'track', entry }),
  progress: (progress) => tell({ type: 'progress', progress }),
  listens: () => tell({ type: 'listens' }),
  phase: (kind) => tell({ type: 'phase', kind, at: Date.now() }),
};

async function isFit(before: ProcessState): Promise<boolean> {
  for (const ms of SETTLE_MS) {
    await pause(ms);
    if (isAsBefore(before)) return true;
  }
  return false;
}

function stay(mark: string): void {
  // For the parent alone, which takes it out of what the step printed.
  for (const stream of [process.stdout, process.stderr]) stream.write(`${mark}\n`);
  tell({ type: 'stays' });
}

function leave(): void {
  // The last message is on its way when this one is.
  process.send?.({ type: 'heard' } satisfies FromWorker, () => {
    process.removeAllListeners('disconnect');
    if (process.connected) process.disconnect();
    // Handles that the step left open would keep the process; those that close by themselves get their time.
    setTimeout(() => process.exit(0), LEAVE_MS).unref();
  });
}
