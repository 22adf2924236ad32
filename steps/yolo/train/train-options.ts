import type { AugmentOptions } from './augment/augment-options.ts';

/** `auto` chooses optimizer and learning rate from the length of the run, as Ultralytics does. */
export type OptimizerChoice = 'auto' | 'SGD' | 'AdamW';

/** Settings of a training run, under Ultralytics' names and with its meanings. */
export interface TrainOptions extends AugmentOptions {
  readonly epochs: number;
  /** Side of the square training picture, pixels, a multiple of 32. */
  readonly imgsz: number;
  /** Pictures that go through the network at once. */
  readonly batch: number;
  /** Pictures that make one step of the optimizer: gradients of smaller batches are summed up to about this many. */
  readonly nbs: number;
  /** Ignored by `auto`, as is `momentum`. */
  readonly lr0: number;
  /** The last learning rate, as a share of the first. */
  readonly lrf: number;
  /** Falls along a cosine instead of a line. */
  readonly cos_lr: boolean;
  /** Of SGD; AdamW takes it as its first beta. */
  readonly momentum: number;
  readonly weight_decay: number;
  readonly warmup_epochs: number;
  readonly warmup_momentum: number;
  readonly warmup_bias_lr: number;
  readonly optimizer: OptimizerChoice;
  /** Gains of the three parts of the loss. */
  readonly box: number;
  readonly cls: number;
  readonly dfl: number;
  /** The last so many epochs see single pictures instead of mosaics. */
  readonly close_mosaic: number;
  /** Stop after so many epochs without a better mAP50-95; 0 never stops early. */
  readonly patience: number;
  readonly seed: number;
  /** Threads of onnxruntime; 0 takes as many as there are cores. Part of the result: other counts may round otherwise. */
  readonly threads: number;
}

/** Ultralytics 8.4's defaults. Where a value has a reason beyond custom, it stands beside it. */
export const ULTRALYTICS_DEFAULTS: TrainOptions = Object.freeze({
  epochs: 100,
  imgsz: 640,
  batch: 16,
  nbs: 64,
  lr0: 0.01,
  lrf: 0.01,
  cos_lr: false,
  momentum: 0.937,
  weight_decay: 0.0005,
  warmup_epochs: 3,
  warmup_momentum: 0.8,
  warmup_bias_lr: 0.1,
  optimizer: 'auto',
  box: 7.5,
  cls: 0.5,
  dfl: 1.5,
  hsv_h: 0.015,
  hsv_s: 0.7,
  hsv_v: 0.4,
  degrees: 0,
  translate: 0.1,
  scale: 0.5,
  shear: 0,
  fliplr: 0.5,
  flipud: 0,
  mosaic: 1,
  mixup: 0,
  // Mosaics are unlike the pictures that come later: the last epochs let the network settle on real ones.
  close_mosaic: 10,
  patience: 100,
  seed: 0,
  threads: 0,
});
