import { setTimeout as pause } from 'node:timers/promises';
import threads from 'node:worker_threads';
import type { MetadataStore } from '../components/metadata-store.ts';
import { sluiceError } from '../errors.ts';
import type { StoredError } from '../model/run.ts';
import { endAbruptly } from './end-abruptly.ts';
import type { CurrentAttempt, GuardJob } from './guard.ts';
import { hearSignals } from './hear-signals.ts';
import { type MainThread, reachMainThread } from './interrupt-main.ts';
import { messageOf, storedError } from './stored-error.ts';
import { saidDuration } from './within-limits.ts';

const LOOK_MS = 100;
/** A loop that has not turned for so long is blocked. From then on somebody listens for Ctrl-C in its place. */
const BLOCKED_MS = 300;
/** How long a step that is blocked may go on after it was told to end: it may come back by itself. Part of the clock in `cancellation.ts`. */
const PATIENCE_MS = 1000;
/** How often a blocked run looks whether somebody cancels it. */
const ASK_MS = 500;
/** How long JavaScript takes to be interrupted, at most; native code isn't. */
const ANSWER_MS = 1000;

type Store = Pick<
  MetadataStore,
  'heartbeat' | 'stepRuns' | 'attempts' | 'updateRun' | 'updateStepRuns' | 'endAttempt' | 'retireExecutor'
>;

export interface OpenedStore {
  readonly store: Store;
  close(): Promise<void>;
}

/** The body of the guard's thread: looks on until the main thread is blocked by a step that has to end, and then ends the run in its place. */
export function serveGuard(open: (stack: GuardJob['stack']) => Promise<OpenedStore>): void {
  const job = threads.workerData as GuardJob;
  const wishes = createWishes(job, open);
  const blocked = createBlockWatch(job);
  let isEnding = false;

  const timer = setInterval(() => {
    const since = blocked.since();
    if (since < BLOCKED_MS || isEnding) return;
    wishes.listen();
    // A loop that has turned since then knows it by itself; what blocks it now may be a last checkpoint.
    if (since < PATIENCE_MS) return;
    const isLate = Date.now() >= (job.shared.deadline[0] ?? Number.POSITIVE_INFINITY) + PATIENCE_MS;
    if (!isLate && !wishes.isCancelled()) return;
    isEnding = true;
    endRun(job, { wishes, open }).then(
      (hasEnded) => {
        isEnding = hasEnded;
      },
      (error: unknown) => {
        isEnding = false;
        process.emitWarning(`Sluice: a blocked step could not be ended: ${String(error)}`);
      },
    );
  }, LOOK_MS);

  threads.parentPort?.on('message', () => {
    clearInterval(timer);
    wishes.close().finally(() => threads.parentPort?.close());
  });
}

/** How long the main thread's event loop has not turned while inline steps run. */
function createBlockWatch({ shared }: GuardJob): { since(): number } {
  let last = -1;
  let at = performance.now();
  return {
    since() {
      const beats = Atomics.load(shared.beats, 0);
      if (beats !== last || Atomics.load(shared.running, 0) === 0) {
        last = beats;
        at = performance.now();
      }
      return performance.now() - at;
    },
  };
}

interface Wishes {
  /** From now on: Ctrl-C, and what other processes ask for. */
  listen(): void;
  /** Somebody wants the run to end, and has waited long enough. */
  isCancelled(): boolean;
  close(): Promise<void>;
}

function createWishes(
  { stack, executor, run }: GuardJob,
  open: (stack: GuardJob['stack']) => Promise<OpenedStore>,
): Wishes {
  let wantedAt: number | undefined;
  let stopHearing: (() => void) | undefined;
  let opened: Promise<OpenedStore> | undefined;
  let asking: Promise<void> | undefined;
  const want = (): void => {
    wantedAt ??= performance.now();
  };
  async function ask(): Promise<void> {
    opened ??= open(stack);
    const requests = await (await opened).store.heartbeat(executor);
    if (requests.some(({ id }) => id === run.id)) want();
    await pause(ASK_MS);
    asking = undefined;
  }
  return {
    listen() {
      stopHearing ??= hearSignals(want);
      asking ??= ask();
    },
    isCancelled: () => wantedAt !== undefined && performance.now() - wantedAt >= PATIENCE_MS,
    async close() {
      stopHearing?.();
      await asking;
      await (await opened)?.close();
    },
  };
}

/** False when what blocks is not what has to end. */
async function endRun(
  job: GuardJob,
  { wishes, open }: { readonly wishes: Wishes; readonly open: (stack: GuardJob['stack']) => Promise<OpenedStore> },
): Promise<boolean> {
  const main = reachMainThread(job.run.id);
  try {
    const current = parsed(await main.ask('current()', ANSWER_MS));
    const ending = endingOf(job, current, wishes.isCancelled());
    if (!ending) {
      main.close();
      return false;
    }
    await recordEnd(job, open, ending);
    await leave(main, job, ending);
    return true;
  } catch (error) {
    main.close();
    throw error;
  }
}

/** A run whose end can't be written ends all the same: the next command finds that nobody runs it any more. */
async function recordEnd(
  { run, executor, stack }: GuardJob,
  open: (stack: GuardJob['stack']) => Promise<OpenedStore>,
  ending: Ending,
): Promise<void> {
  try {
    const { store, close } = await open(stack);
    await endAbruptly(store, { run: run.id, executor, ...ending }).finally(close);
  } catch (error) {
    process.emitWarning(`Sluice: the end of a blocked run could not be recorded: ${messageOf(error)}`);
  }
}

const parsed = (text: string | undefined): CurrentAttempt | undefined =>
  (JSON.parse(text ?? 'null') as CurrentAttempt | null) ?? undefined;

interface Ending {
  readonly status: 'cancelled' | 'failed';
  readonly error: StoredError;
  readonly exitCode: number;
  /** The step run that failed. */
  readonly culprit?: string;
}

function endingOf({ run }: GuardJob, current: CurrentAttempt | undefined, isCancelled: boolean): Ending | undefined {
  if (isCancelled) {
    const error = sluiceError('ERR_CANCELLED', { what: `Run ${run.name}` });
    return { status: 'cancelled', error: storedError(error), exitCode: 130 };
  }
  if (!current?.isLate || current.timeout === undefined) return undefined;
  const { node: step, stepRun: culprit, timeout } = current;
  const error = storedError(sluiceError('ERR_STEP_TIMEOUT', { step, timeout: saidDuration(timeout) }));
  const hint = `It blocked its thread, so the whole run ended with it. With isolation: 'process' only the step ends.`;
  return { status: 'failed', error: { ...error, hint }, exitCode: 1, culprit };
}

/** The main thread exits by itself, so that what it has open is closed; where native code keeps it from that, the process is killed. */
async function leave(main: MainThread, { shared }: GuardJob, { error, exitCode }: Ending): Promise<void> {
  void main.ask(`end(${JSON.stringify(JSON.stringify(error))}, ${exitCode})`, ANSWER_MS);
  main.terminate();
  await pause(LOOK_MS / 2);
  main.close();
  Atomics.store(shared.left, 0, 1);
  await pause(2 * ANSWER_MS);
  process.kill(process.pid, 'SIGKILL');
}
