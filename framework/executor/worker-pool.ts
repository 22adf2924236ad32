import { isDeepStrictEqual } from 'node:util';
import type { Digest } from '../hashing/digest.ts';
import { startWorker, type WorkerLaunch, type WorkerProcess } from './worker-process.ts';

/** The worker processes of one run: one that has served a step and is as it was before is kept for the next. */
export interface WorkerPool {
  /**
   * One that is kept, or a new one.
   * @param frozen the source files that the run goes by now: a process that began with others is not used.
   */
  take(frozen: ReadonlyMap<string, Digest>): WorkerProcess;
  /** For a later step. Only when the process has said that it stays; any other one is its taker's to end. */
  keep(worker: WorkerProcess): void;
  /** Ends those that are kept, and keeps none any more. */
  close(): void;
}

/** What a process is given when it starts, and what a step may count on finding. */
interface Surroundings {
  readonly frozen: ReadonlyMap<string, Digest>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How long a kept process may take to end by itself. */
const LEAVE_MS = 1000;

export function createWorkerPool(launch: WorkerLaunch): WorkerPool {
  const idle = new Set<WorkerProcess>();
  const begun = new WeakMap<WorkerProcess, Surroundings>();
  let isClosed = false;

  function start(now: Surroundings): WorkerProcess {
    const worker = startWorker(launch);
    begun.set(worker, now);
    worker.child.once('exit', () => idle.delete(worker));
    return worker;
  }

  return {
    take(frozen) {
      const now = { frozen: new Map(frozen), env: { ...process.env } };
      for (const worker of idle) {
        idle.delete(worker);
        if (worker.child.connected && isDeepStrictEqual(begun.get(worker), now)) return worker;
        dismiss(worker);
      }
      return start(now);
    },
    keep(worker) {
      worker.read({ onLine() {}, onMark() {} });
      if (isClosed) dismiss(worker);
      else idle.add(worker);
    },
    close() {
      isClosed = true;
      for (const worker of idle) dismiss(worker);
      idle.clear();
    },
  };
}

/** It ends by itself when nobody talks to it any more; one that does not is killed. */
function dismiss({ child }: WorkerProcess): void {
  if (child.connected) child.disconnect();
  const kill = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS);
  child.once('exit', () => clearTimeout(kill));
}
