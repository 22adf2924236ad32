import type { Value } from '../nn/value.ts';

export interface ConvLayer {
  /** `model.0`: its parameters are `model.0.conv.weight`, `model.0.bn.weight`, … */
  readonly name: string;
  /** Output channels. */
  readonly out: number;
  /** Side of the kernel; padding is half of it. */
  readonly k: 1 | 3;
  readonly stride?: 1 | 2;
}

/**
 * How the two layers that have parameters are realised. The network (`yolov8-heads.ts`) is written once over this port; training, inference with running
 * statistics, folded inference and the mere listing of parameters are four adapters.
 */
export interface Layers {
  /** Convolution without bias, batch norm, SiLU. */
  block(x: Value, layer: ConvLayer): Value;
  /** Convolution with bias (`NAME.weight`, `NAME.bias`), nothing else: the last layer of a head. */
  plain(x: Value, layer: ConvLayer): Value;
}

/** Ultralytics' epsilon of every batch norm. */
export const BATCH_NORM_EPSILON = 1e-3;
