import type { TrainOptions } from './train-options.ts';

/** What the optimizer is set to for one batch. */
export interface Setting {
  /** Learning rate of biases. */
  readonly biasLr: number;
  /** Learning rate of everything else. */
  readonly lr: number;
  /** Of optimizers that have one. */
  readonly momentum: number;
  /** Batches whose gradients make one step. */
  readonly accumulate: number;
}

type ScheduleOptions = Pick<
  TrainOptions,
  'epochs' | 'batch' | 'nbs' | 'lrf' | 'cos_lr' | 'warmup_epochs' | 'warmup_momentum'
>;

/** Peak rates: those of the options, or what `auto` chose. */
interface Peak {
  readonly lr: number;
  readonly momentum: number;
  readonly warmupBiasLr: number;
}

/**
 * Learning rates, momentum and accumulation of every batch by its number since the start, after Ultralytics' rules: the rate falls once an epoch; in the
 * warm-up it rises batch by batch from 0 (biases: falls from `warmup_bias_lr`) to the epoch's rate, as do the momentum from `warmup_momentum`
 * and the batches a step takes, from one.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #peak: Peak;
  readonly #batches: number;
  readonly #warmup: number;
  readonly #accumulate: number;

  /** @param batches per epoch. */
  constructor(options: ScheduleOptions, peak: Peak, batches: number) {
    this.#options = options;
    this.#peak = peak;
    this.#batches = batches;
    this.#warmup = roundHalfEven(Math.min(options.warmup_epochs, options.epochs - 1) * batches);
    this.#accumulate = Math.min(wantedAccumulation(options), batches * options.epochs);
  }

  /** Peak rate of an epoch (counted from 0): a line or half a cosine from 1 to lrf times the first. */
  epochLr(epoch: number): number {
    const { epochs, lrf, cos_lr } = this.#options;
    const done = epoch / epochs;
    const left = cos_lr ? (1 + Math.cos(Math.PI * done)) / 2 : Math.max(1 - done, 0);
    return this.#peak.lr * (left * (1 - lrf) + lrf);
  }

  /** @param batch number since the start of training, from 0. */
  at(batch: number): Setting {
    const lr = this.epochLr(Math.floor(batch / this.#batches));
    const { momentum, warmupBiasLr } = this.#peak;
    if (this.#warmup === 0 || batch > this.#warmup) {
      return { biasLr: lr, lr, momentum, accumulate: this.#accumulate };
    }
    const done = batch / this.#warmup;
    return {
      biasLr: warmupBiasLr + (lr - warmupBiasLr) * done,
      lr: lr * done,
      momentum: this.#options.warmup_momentum + (momentum - this.#options.warmup_momentum) * done,
      accumulate: Math.max(1, roundHalfEven(1 + (this.#accumulate - 1) * done)),
    };
  }
}

/** Batches that hold about `nbs` pictures. */
export const wantedAccumulation = ({ batch, nbs }: Pick<TrainOptions, 'batch' | 'nbs'>): number =>
  Math.max(roundHalfEven(nbs / batch), 1);

/** Halves go to the even neighbour, as Python and NumPy round: the number of steps of a short run hangs on it. */
function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  if (rest !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}
