import { parentPort } from 'node:worker_threads';
import { cookBatch } from './cook-batch.ts';
import type { WorkerAnswer, WorkerOrder } from './worker-protocol.ts';

/**
 * The whole program of a worker thread that augments batches. A module that works as soon as it is loaded belongs to every step that can reach it, so nothing
 * imports this one: `augment-pool.ts` starts it by its address.
 */
const port = parentPort;
port?.on('message', ({ id, order }: WorkerOrder) => {
  const batch = cookBatch(order);
  port.postMessage({ id, batch } satisfies WorkerAnswer, [batch.images.buffer]);
});
port?.postMessage('ready');
