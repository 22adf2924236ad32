import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { stepContext } from '../authoring/step-context.ts';
import type { StoredError, Time } from '../model/run.ts';
import type { Duration } from '../model/step-definition.ts';
import { durationMs } from './duration-ms.ts';

/**
 * Watches over inline steps from a thread of its own. A step that computes without ever giving way to the event loop can't see that it shall
 * end: neither Ctrl-C, nor another process, nor a timer reaches its thread. The guard does (`serve-guard.ts`), and ends the run.
 */
export interface Guard {
  /** An inline attempt begins. Call what it returns when it has ended. */
  watch(attempt: WatchedAttempt): () => void;
  stop(): void;
}

export interface WatchedAttempt {
  readonly stepRun: string;
  readonly node: string;
  readonly attempt: number;
  readonly timeout: Duration | undefined;
}

/** What the thread is started with. */
export interface GuardJob {
  readonly executor: string;
  readonly run: { readonly id: string; readonly name: string };
  readonly stack: { readonly projectDir: string; readonly home: string; readonly name: string };
  readonly shared: GuardShared;
}

/** Memory that both threads see. */
export interface GuardShared {
  /** Grows while the event loop turns. */
  readonly beats: Int32Array;
  /** How many inline attempts run. */
  readonly running: Int32Array;
  /** The first moment at which one of them will be too late. */
  readonly deadline: Float64Array;
  /** 1 when the thread has let go of the main thread: Node waits for whoever inspects it before it exits, and says so. */
  readonly left: Int32Array;
}

/** The step whose code the main thread is executing, as it says itself when it is interrupted. */
export interface CurrentAttempt extends WatchedAttempt {
  readonly isLate: boolean;
}

/** What the thread calls in the main thread, by evaluating `globalThis[Symbol.for(…)].get(RUN)`. */
export interface GuardHandle {
  /** JSON of `CurrentAttempt`, or `null` when it is no step. */
  current(): string;
  /** Ends this process as soon as the event loop turns. @param error JSON of the error that the run ended with. */
  end(error: string, exitCode: number): void;
}

export const GUARD_HANDLES = 'sluice.guard';
const BEAT_MS = 100;
/** How often the main thread looks whether the guard has let go of it. */
const LEFT_MS = 10;

/** For runs that nobody watches over. */
export const noGuard: Guard = { watch: () => () => {}, stop() {} };

/**
 * The thread starts with the first inline step: a run that is served from the cache has no need of one.
 *
 * @param onEnd what is left to do in this process when the guard has ended the run, and recorded that: to say so, and to exit.
 */
export function createGuard({
  entry,
  onEnd,
  ...place
}: Omit<GuardJob, 'shared'> & {
  readonly entry: URL;
  readonly onEnd: (error: StoredError, exitCode: number) => void;
}): Guard {
  // Source that was never built has no thread to start.
  if (!existsSync(fileURLToPath(entry))) return noGuard;
  const watched = new Map<string, WatchedAttempt & { readonly until: Time }>();
  const shared: GuardShared = {
    beats: new Int32Array(new SharedArrayBuffer(4)),
    running: new Int32Array(new SharedArrayBuffer(4)),
    deadline: new Float64Array(new SharedArrayBuffer(8)),
    left: new Int32Array(new SharedArrayBuffer(4)),
  };
  let thread: Worker | undefined;
  let beating: NodeJS.Timeout | undefined;

  function start(): void {
    const job: GuardJob = { ...place, shared };
    thread = new Worker(entry, { workerData: job, execArgv: [] });
    thread.unref();
    thread.on('error', (error) => process.emitWarning(`Sluice: the guard of inline steps failed: ${error.message}`));
    handles().set(place.run.id, {
      current() {
        const attempt = watched.get(stepContext().step?.id ?? '');
        return JSON.stringify(attempt ? { ...attempt, isLate: attempt.until <= Date.now() } : null);
      },
      end(error, exitCode) {
        const looking = setInterval(() => {
          if (Atomics.load(shared.left, 0) === 0) return;
          clearInterval(looking);
          onEnd(JSON.parse(error) as StoredError, exitCode);
        }, LEFT_MS);
      },
    });
  }

  function tell(): void {
    shared.deadline[0] = Math.min(...[...watched.values()].map(({ until }) => until));
    Atomics.add(shared.beats, 0, 1);
    Atomics.store(shared.running, 0, watched.size);
    if (watched.size === 0) {
      clearInterval(beating);
      beating = undefined;
    } else beating ??= setInterval(() => Atomics.add(shared.beats, 0, 1), BEAT_MS).unref();
  }

  return {
    watch(attempt) {
      const { stepRun, timeout } = attempt;
      const until = timeout === undefined ? Number.POSITIVE_INFINITY : Date.now() + durationMs(timeout);
      watched.set(stepRun, { ...attempt, until });
      if (!thread) start();
      tell();
      return () => {
        watched.delete(stepRun);
        tell();
      };
    },
    stop() {
      handles().delete(place.run.id);
      clearInterval(beating);
      thread?.postMessage('stop');
    },
  };
}

/** On the global object: that is all that an expression which another thread has evaluated can name. */
function handles(): Map<string, GuardHandle> {
  const holder = globalThis as { [key: symbol]: Map<string, GuardHandle> | undefined };
  const name = Symbol.for(GUARD_HANDLES);
  const map = holder[name] ?? new Map<string, GuardHandle>();
  holder[name] = map;
  return map;
}
