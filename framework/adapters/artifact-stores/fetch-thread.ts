import { Worker } from 'node:worker_threads';

/** What the thread is told: one range, half open, of an object that `url` gives to whoever asks, and the file that it belongs in. */
export interface ToFetchThread {
  readonly id: number;
  readonly url: string;
  /** PEM. */
  readonly ca?: string | undefined;
  readonly from: number;
  readonly to: number;
  readonly file: string;
  readonly silentForMs: number;
}

export interface FromFetchThread {
  readonly id: number;
  /** Everything before it is in the file. */
  readonly at: number;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, (at: number | undefined) => void>;
}

let running: Thread | undefined;
let lastId = 0;

/**
 * Gets a range of an object into a file that is there, on a thread that does nothing else: receiving takes a core of its own at some hundred MiB a second.
 * Several ranges may be under way at once; the thread starts with the first and keeps the process alive only while somebody waits.
 *
 * @returns where it ended, `to` when all of it has come. It never throws: who gets less goes on from there.
 */
export function fetchInThread(task: Omit<ToFetchThread, 'id'>): Promise<number> {
  running ??= startThread();
  const { worker, waiting } = running;
  const id = ++lastId;
  return new Promise((done) => {
    waiting.set(id, (at) => done(at ?? task.from));
    worker.ref();
    worker.postMessage({ id, ...task } satisfies ToFetchThread);
  });
}

function startThread(): Thread {
  // From source in tests, from the bundle's folder otherwise.
  const script = import.meta.url.endsWith('.ts') ? './serve-fetches.ts' : './serve-fetches.js';
  const worker = new Worker(new URL(script, import.meta.url), { execArgv: [] });
  const thread: Thread = { worker, waiting: new Map() };
  worker.unref();
  worker.on('message', ({ id, at }: FromFetchThread) => {
    const told = thread.waiting.get(id);
    thread.waiting.delete(id);
    if (thread.waiting.size === 0) worker.unref();
    told?.(at);
  });
  const ended = (): void => {
    if (running === thread) running = undefined;
    for (const told of thread.waiting.values()) told(undefined);
    thread.waiting.clear();
  };
  worker.on('error', ended);
  worker.on('exit', ended);
  return thread;
}
