import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type BatchOrder, type CookedBatch, cookBatch } from './cook-batch.ts';
import type { WorkerAnswer, WorkerOrder } from './worker-protocol.ts';

/** Cooks batches somewhere. */
export interface AugmentPool {
  cook(order: BatchOrder): Promise<CookedBatch>;
  close(): Promise<void>;
}

/** In the caller's own thread. */
const inThread: AugmentPool = {
  async cook(order) {
    // Lets a batch that waits in onnxruntime's queue start first.
    await setImmediate();
    return cookBatch(order);
  },
  close: async () => {},
};

/**
 * Worker threads that augment batches, each batch in one of them, in turn.
 *
 * In a run, the engine's loader serves worker threads too; in a plain call Node reads the worker's TypeScript itself, which is why this room has erasable
 * types only, and why the worker imports nothing but augment/. Where neither can, batches are cooked in this thread: the same bytes, later.
 *
 * @param workers 0 cooks in this thread.
 * @param onProblem hears why workers could not start.
 */
export async function openAugmentPool(workers: number, onProblem: (reason: string) => void): Promise<AugmentPool> {
  if (workers === 0) return inThread;
  const started = await Promise.allSettled(Array.from({ length: workers }, startWorker));
  const crew = started.flatMap((result) => (result.status === 'fulfilled' ? [new Cook(result.value)] : []));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) onProblem(String(failed.reason));
  if (crew.length === 0) return inThread;
  let turn = 0;
  return {
    cook: (order) => crew[turn++ % crew.length]!.cook(order),
    async close() {
      await Promise.all(crew.map((cook) => cook.close()));
    },
  };
}

function startWorker(): Promise<Worker> {
  // The main thread's own flags (an inspector's, a test runner's) are not for it; older Nodes need one to read TypeScript.
  const execArgv = process.features.typescript ? [] : ['--experimental-strip-types'];
  const worker = new Worker(new URL('./augment-worker.ts', import.meta.url), { execArgv });
  // A worker alone must not keep the process alive.
  worker.unref();
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker));
    worker.once('error', reject);
  });
}

/** One worker and the batches it has been given. */
class Cook {
  readonly #waiting = new Map<number, PromiseWithResolvers<CookedBatch>>();
  #next = 0;

  readonly #worker: Worker;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', ({ id, batch }: WorkerAnswer) => {
      this.#waiting.get(id)?.resolve(batch);
      this.#forget(id);
    });
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new Error('The augmentation worker ended.')));
  }

  cook(order: BatchOrder): Promise<CookedBatch> {
    const id = this.#next++;
    const answer = Promise.withResolvers<CookedBatch>();
    this.#waiting.set(id, answer);
    // A worker with work does keep the process alive: someone waits for it.
    this.#worker.ref();
    this.#worker.postMessage({ id, order } satisfies WorkerOrder);
    return answer.promise;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #forget(id: number): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
  }

  #fail(error: unknown): void {
    for (const answer of this.#waiting.values()) answer.reject(error);
    this.#waiting.clear();
  }
}
