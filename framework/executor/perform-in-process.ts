import type { ChildProcess } from 'node:child_process';
import { sluiceError } from '../errors.ts';
import type { Output } from '../model/artifact.ts';
import type { Usage } from '../model/recording.ts';
import { secretValues } from '../secret-values.ts';
import type { Grace } from './cancellation.ts';
import type { RecordReport } from './record-report.ts';
import type { StepReport } from './step-report.ts';
import type { WorkerPool } from './worker-pool.ts';
import type { WorkerProcess } from './worker-process.ts';
import type { FromWorker, ToWorker, WorkerJob } from './worker-protocol.ts';
import { WorkerStepError } from './worker-step-error.ts';

export interface ProcessOptions {
  readonly job: WorkerJob;
  readonly step: string;
  readonly workers: Pick<WorkerPool, 'take' | 'keep'>;
  readonly report: StepReport & Pick<RecordReport, 'hears'>;
  /** Told what the process used, by itself. */
  readonly used: (usage: Usage) => void;
  /** Aborted: the worker is asked, then told (SIGTERM), then killed. */
  readonly signal: AbortSignal;
  /** Aborted: killed at once. */
  readonly now: AbortSignal;
  readonly grace: Grace;
}

/** How long the pipes of a process that is gone may stay open: a child of its own may hold them. */
const PIPES_MS = 500;

/**
 * One attempt in a process that runs nothing else meanwhile. The worker loads inputs, calls and saves; only what it made comes back. After a step
 * that ended well, and left the process as it was, the process may serve another one.
 * @throws WorkerStepError with what the step threw, ERR_STEP_PROCESS_DIED when the process ended without a word.
 */
export async function performInProcess(options: ProcessOptions): Promise<Output> {
  const { job, step, workers, signal, now } = options;
  const worker = workers.take(job.frozen);
  const stop = stopLadder(worker.child, options);
  let stays = false;
  try {
    const ending = await endOf(worker, options);
    // Whoever was told to end may still do so.
    stays = ending.stays && !signal.aborted && !now.aborted;
    if (ending.last?.type === 'succeeded') return ending.last.output;
    if (ending.last?.type === 'failed') throw new WorkerStepError(ending.last.error, ending.last.mayRetry);
    throw sluiceError('ERR_STEP_PROCESS_DIED', { step, how: howItDied(ending) });
  } finally {
    stop();
    if (stays) workers.keep(worker);
    else endForGood(worker.child);
  }
}

interface Ending {
  /** Its last word, if it had one. */
  readonly last: Extract<FromWorker, { type: 'succeeded' | 'failed' }> | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly isOutOfMemory: boolean;
  readonly startError: Error | undefined;
  /** It waits for another step. */
  readonly stays: boolean;
}

function endOf({ child, mark, read }: WorkerProcess, { job, report, used }: ProcessOptions): Promise<Ending> {
  let last: Ending['last'];
  let isOutOfMemory = false;
  let startError: Error | undefined;
  return new Promise((resolve) => {
    const toCome = new Set(['its word', 'its lines']);
    const resolveWhenAll = (what: string): void => {
      toCome.delete(what);
      if (toCome.size === 0) settle({ code: null, signal: null, stays: true });
    };
    const onMessage = (message: FromWorker): void => {
      switch (message.type) {
        case 'log':
          return report.log(message.line);
        case 'track':
          return report.track(message.entry);
        case 'progress':
          return report.progress(message.progress);
        case 'listens':
          return report.listens();
        case 'heard':
          return;
        case 'phase':
          return report.phase(message.kind, message.at);
        case 'usage':
          return used(message.usage);
        case 'succeeded':
        case 'failed':
          last = message;
          return;
        case 'stays':
          return resolveWhenAll('its word');
        default:
          return message satisfies never;
      }
    };
    const onError = (error: Error): void => {
      startError = error;
      if (child.pid === undefined) settle({ code: null, signal: null, stays: false });
    };
    const onClose = (code: number | null, signal: NodeJS.Signals | null): void =>
      settle({ code, signal, stays: false });
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void =>
      void setTimeout(() => onClose(code, signal), PIPES_MS).unref();
    const settle = (how: Pick<Ending, 'code' | 'signal' | 'stays'>): void => {
      child.off('message', onMessage).off('error', onError).off('close', onClose).off('exit', onExit);
      resolve({ last, isOutOfMemory, startError, ...how });
    };
    child.on('message', onMessage).on('error', onError).on('close', onClose).on('exit', onExit);
    read({
      onLine(source, message) {
        isOutOfMemory ||= /JavaScript heap out of memory|Allocation failed/.test(message);
        report.log({ time: Date.now(), level: source === 'stdout' ? 'info' : 'warn', source, message });
      },
      onMark: () => resolveWhenAll('its lines'),
    });
    send(child, { type: 'run', job, mark, secrets: secretValues.all() });
  });
}

/** A process that is already gone can't be told anything: its `exit` says the rest. */
function send(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}

/** Ask, then SIGTERM, then SIGKILL. Returns how to stop stopping it. */
function stopLadder(child: ChildProcess, { signal, now, grace, report }: ProcessOptions): () => void {
  const timers: NodeJS.Timeout[] = [];
  let hasAnswered = false;
  let isTold = false;
  const onMessage = ({ type }: FromWorker): void => {
    hasAnswered ||= type === 'heard';
  };
  const kill = (): void => void child.kill('SIGKILL');
  const tell = (): void => {
    if (isTold) return;
    isTold = true;
    child.kill('SIGTERM');
    timers.push(setTimeout(kill, hasAnswered ? grace.termMs : grace.deafTermMs));
  };
  const tellTheDeaf = (): void => {
    if (!hasAnswered || !report.hears()) tell();
  };
  const ask = (): void => {
    child.on('message', onMessage);
    send(child, { type: 'abort' });
    const isTimeout = (signal.reason as { code?: unknown } | undefined)?.code === 'ERR_STEP_TIMEOUT';
    const patience = isTimeout ? grace.timeoutMs : grace.abortMs;
    timers.push(setTimeout(tellTheDeaf, Math.min(grace.deafMs, patience)), setTimeout(tell, patience));
  };
  if (signal.aborted) ask();
  signal.addEventListener('abort', ask);
  now.addEventListener('abort', kill);
  if (now.aborted) kill();
  return () => {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', ask);
    now.removeEventListener('abort', kill);
    child.off('message', onMessage);
  };
}

function endForGood(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}

function howItDied({ code, signal, isOutOfMemory, startError }: Ending): string {
  if (isOutOfMemory) return 'it ran out of memory (the JavaScript heap reached its limit)';
  if (startError && code === null && signal === null) return `it could not be started: ${startError.message}`;
  if (signal === 'SIGKILL') return 'it was killed (SIGKILL), by the system for want of memory or by someone';
  if (signal) return `it was ended by ${signal}`;
  return `it exited with code ${code} before the step had ended`;
}
