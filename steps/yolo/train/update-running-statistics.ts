import type { Weights } from '../model/detector.ts';

/** How much of a batch's statistics goes into the running ones; Ultralytics' batch-norm momentum. */
const MOMENTUM = 0.03;

/** Moves the running mean and variance of every batch norm towards this batch's, in place. */
export function updateRunningStatistics(weights: Weights, batchStatistics: ReadonlyMap<string, Float32Array>): void {
  for (const [name, batch] of batchStatistics) {
    const { data: running } = weights.get(name)!;
    for (let i = 0; i < running.length; i++) running[i] = (1 - MOMENTUM) * running[i]! + MOMENTUM * batch[i]!;
  }
}
