import type { BatchOrder, CookedBatch } from './cook-batch.ts';

/** What an augmentation worker is told to do. */
export interface WorkerOrder {
  readonly id: number;
  readonly order: BatchOrder;
}

/** What it posts for each order. Once it has been loaded it posts `ready`. */
export interface WorkerAnswer {
  readonly id: number;
  readonly batch: CookedBatch;
}
