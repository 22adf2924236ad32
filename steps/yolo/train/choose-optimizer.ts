import type { TrainOptions } from './train-options.ts';

/** The optimizer of a run and its peak settings. */
export interface OptimizerSettings {
  readonly optimizer: 'SGD' | 'AdamW';
  readonly lr: number;
  /** Nesterov momentum of SGD, first beta of AdamW. */
  readonly momentum: number;
  readonly warmupBiasLr: number;
  /** True when `auto` decided, and `lr0` and `momentum` of the options were not looked at. */
  readonly auto: boolean;
}

/** Runs of more steps than this are worth SGD's slower, better end. */
const LONG_RUN = 10_000;

/**
 * Ultralytics' `optimizer: auto`: AdamW with a rate that falls with the number of classes for short runs, SGD for long ones (its MuSGD since 8.4; plain SGD before
 * it and here), each with own rate and momentum; the options' are taken only when the optimizer is named.
 *
 * @param pictures in the training set.
 */
export function chooseOptimizer(
  options: Pick<TrainOptions, 'optimizer' | 'epochs' | 'batch' | 'nbs' | 'lr0' | 'momentum' | 'warmup_bias_lr'>,
  pictures: number,
  classes: number,
): OptimizerSettings {
  if (options.optimizer !== 'auto') {
    const { optimizer, lr0, momentum, warmup_bias_lr } = options;
    return { optimizer, lr: lr0, momentum, warmupBiasLr: warmup_bias_lr, auto: false };
  }
  const steps = Math.ceil(pictures / Math.max(options.batch, options.nbs)) * options.epochs;
  if (steps > LONG_RUN) {
    return { optimizer: 'SGD', lr: 0.01, momentum: 0.9, warmupBiasLr: options.warmup_bias_lr, auto: true };
  }
  const lr = Math.round(((0.002 * 5) / (4 + classes)) * 1e6) / 1e6;
  return { optimizer: 'AdamW', lr, momentum: 0.9, warmupBiasLr: 0, auto: true };
}
