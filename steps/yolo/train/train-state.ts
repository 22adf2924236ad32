import type { Weights } from '../model/detector.ts';
import { GradientSum } from './gradient-sum.ts';
import { MovingAverage } from './moving-average.ts';
import type { Optimizer } from './optimizer.ts';
import type { EpochRow } from './results-csv.ts';

/** Everything that the next batch depends on beside the settings and the data; what a checkpoint keeps. All chance is drawn from the seed anew. */
export interface TrainState {
  /** Trained in place. */
  readonly weights: Weights;
  readonly average: MovingAverage;
  readonly optimizer: Optimizer;
  /** Of the batches since the last step. */
  readonly gradients: GradientSum;
  progress: TrainProgress;
}

/** The part of the state that is plain data. */
export interface TrainProgress {
  /** Epochs done: the number of the next one, from 0. */
  readonly epochs: number;
  /** The batch after which the optimizer made its last step, counted since the start; -1 before the first. */
  readonly lastStep: number;
  /** How often training went back to a checkpoint because the loss was no number. */
  readonly attempt: number;
  /** The epoch (from 1) with the highest fitness, and the fitness. */
  readonly best: { readonly epoch: number; readonly fitness: number } | null;
  readonly rows: readonly EpochRow[];
  /** Since the start, at the end of each epoch. */
  readonly seconds: readonly number[];
}

/** @param weights become the state's own: they are trained in place. */
export function freshState(weights: Weights, optimizer: Optimizer): TrainState {
  return {
    weights,
    average: MovingAverage.of(weights),
    optimizer,
    gradients: new GradientSum(),
    progress: { epochs: 0, lastStep: -1, attempt: 0, best: null, rows: [], seconds: [] },
  };
}
