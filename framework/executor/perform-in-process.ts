import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { sluiceError } from '../errors.ts';
import type { Output } from '../model/artifact.ts';
import type { Usage } from '../model/recording.ts';
import type { LogLine } from '../model/run.ts';
import type { Grace } from './cancellation.ts';
import type { RecordReport } from './record-report.ts';
import type { StepReport } from './step-report.ts';
import { WORKER_MARK } from './worker-mark.ts';
import type { FromWorker, ToWorker, WorkerJob } from './worker-protocol.ts';
import { WorkerStepError } from './worker-step-error.ts';

/** How a worker process is started. */
export interface WorkerLaunch {
  /** Its script; it calls `serveStep`. */
  readonly entry: string;
  readonly execArgv?: readonly string[];
}

export interface ProcessOptions {
  readonly job: WorkerJob;
  readonly step: string;
  readonly launch: WorkerLaunch;
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
 * One attempt in a process of its own. The worker loads inputs, calls and saves; only what it made comes back.
 * @throws WorkerStepError with what the step threw, ERR_STEP_PROCESS_DIED when the process ended without a word.
 */
export async function performInProcess(options: ProcessOptions): Promise<Output> {
  const { step, launch } = options;
  const child = fork(launch.entry, [], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'advanced',
    execArgv: [...(launch.execArgv ?? [])],
    env: { ...process.env, [WORKER_MARK]: '1' },
  });
  const stop = stopLadder(child, options);
  try {
    const ending = await endOf(child, options);
    if (ending.last?.type === 'succeeded') return ending.last.output;
    if (ending.last?.type === 'failed') throw new WorkerStepError(ending.last.error, ending.last.mayRetry);
    throw sluiceError('ERR_STEP_PROCESS_DIED', { step, how: howItDied(ending) });
  } finally {
    stop();
  }
}

interface Ending {
  /** Its last word, if it had one. */
  readonly last: Extract<FromWorker, { type: 'succeeded' | 'failed' }> | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly isOutOfMemory: boolean;
  readonly startError: Error | undefined;
}

function endOf(child: ChildProcess, { job, report, used }: ProcessOptions): Promise<Ending> {
  let last: Ending['last'];
  let isOutOfMemory = false;
  let startError: Error | undefined;
  child.on('message', (message: FromWorker) => {
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
      default:
        return message satisfies never;
    }
  });
  const line = (source: LogLine['source'], level: LogLine['level']) => (message: string) => {
    isOutOfMemory ||= /JavaScript heap out of memory|Allocation failed/.test(message);
    report.log({ time: Date.now(), level, source, message });
  };
  readLines(child.stdout, line('stdout', 'info'));
  readLines(child.stderr, line('stderr', 'warn'));
  return new Promise((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null): void =>
      resolve({ last, code, signal, isOutOfMemory, startError });
    child.on('error', (error) => {
      startError = error;
      if (child.pid === undefined) end(null, null);
    });
    child.on('close', end);
    child.on('exit', (code, signal) => setTimeout(() => end(code, signal), PIPES_MS).unref());
    send(child, { type: 'run', job });
  });
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
}

/** A process that is already gone can't be told anything: its `exit` says the rest. */
function send(child: ChildProcess, message: ToWorker): void {
  if (child.connected) child.send(message, () => {});
}

/** Ask, then SIGTERM, then SIGKILL. Returns how to stop stopping it, and makes sure that nothing of it stays behind. */
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
    if (child.exitCode === null && child.signalCode === null) kill();
  };
}

function howItDied({ code, signal, isOutOfMemory, startError }: Ending): string {
  if (isOutOfMemory) return 'it ran out of memory (the JavaScript heap reached its limit)';
  if (startError && code === null && signal === null) return `it could not be started: ${startError.message}`;
  if (signal === 'SIGKILL') return 'it was killed (SIGKILL), by the system for want of memory or by someone';
  if (signal) return `it was ended by ${signal}`;
  return `it exited with code ${code} before the step had ended`;
}
