/**
 * What the training loop, the evaluator and the exporter know of a detection network. Names and shapes are Ultralytics' (`model.0.conv.weight`,
 * `model.22.cv3.0.2.bias`), so that weights can be carried over by name.
 */

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Parameters and buffers by name, in the network's order. */
export type Weights = Map<string, Tensor>;

export interface ParameterInfo {
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * `weight`: conv kernels (weight decay) · `norm`: batch-norm scale (no decay) · `bias`: conv biases and batch-norm shift (no decay, warm-up of their own)
   * · `buffer`: running mean and variance (not trained) .
   */
  readonly kind: 'weight' | 'norm' | 'bias' | 'buffer';
}

export type ModelScale = 'n' | 's' | 'm' | 'l' | 'x';

export interface Architecture {
  /** `yolov8n`. */
  readonly model: string;
  /** Row of the table in yolov8.ts: depth and width of the network. */
  readonly scale: ModelScale;
  /** Channels of the class branch: follows the number of classes the network was first made for, and stays when classes are dropped. */
  readonly classWidth: number;
  readonly names: readonly string[];
  readonly parameters: readonly ParameterInfo[];
  /** Strides of the three heads: 8, 16, 32. */
  readonly strides: readonly number[];
  readonly regMax: number;
  /** Multiply-adds × 2 of one forward pass on one square picture of this size. */
  flops(imgsz: number): number;
}

/** One batch, pixels RGB 0..1. */
export interface TrainBatch {
  /** [N, 3, H, W] */
  readonly images: Float32Array;
  /** Per picture: boxes as class, centre x, centre y, width, height, normalised to the picture (Ultralytics label order), 5 numbers a box. */
  readonly targets: readonly Float32Array[];
}

/** Losses as Ultralytics prints them: gains included, batch size not. */
export interface LossItems {
  readonly box: number;
  readonly cls: number;
  readonly dfl: number;
}

export interface TrainStepResult {
  readonly loss: LossItems;
  /** Gradient of (box + cls + dfl) × N by every trained parameter, by name. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** Batch mean and *unbiased* batch variance for every running buffer, by the buffer's name (`….bn.running_mean`, `….bn.running_var`). */
  readonly batchStatistics: ReadonlyMap<string, Float32Array>;
}

/** Static shapes: one graph per (batch, size). */
export interface TrainGraph {
  readonly batch: number;
  /** [height, width] in pixels, multiples of 32. */
  readonly size: readonly [number, number];
  step(weights: Weights, batch: TrainBatch): Promise<TrainStepResult>;
  /** Milliseconds spent inside onnxruntime since the graph was opened. */
  readonly runtimeMs: number;
  close(): Promise<void>;
}

/** Loss in inference mode (running statistics, no gradient), for the `val/…_loss` columns, with the predictions of the same pass. */
export interface LossGraph {
  run(weights: Weights, batch: TrainBatch): Promise<{ readonly loss: LossItems; readonly predictions: Float32Array }>;
  close(): Promise<void>;
}

/** Inference: images [N, 3, H, W] to predictions [N, 4 + nc, anchors]: centre x, centre y, width, height in pixels, then class scores 0..1. */
export interface DetectGraph {
  readonly batch: number;
  readonly size: readonly [number, number];
  readonly names: readonly string[];
  run(images: Float32Array): Promise<Float32Array>;
  readonly runtimeMs: number;
  close(): Promise<void>;
}

export interface LossGains {
  readonly box: number;
  readonly cls: number;
  readonly dfl: number;
}
