import { emitModel } from '../nn/emit-model.ts';
import { input } from '../nn/value.ts';
import { anchorsOf } from './anchors.ts';
import type { Architecture, Weights } from './detector.ts';
import type { GraphOptions } from './graph-options.ts';
import { foldedLayers } from './inference-layers.ts';
import { checkWeights } from './parameter-inputs.ts';
import { decodedPredictions, predictionsOf } from './predictions.ts';
import { yolov8Heads } from './yolov8-heads.ts';

/** Names under which Ultralytics' exports take pictures and give predictions. */
export const IMAGES = 'images';
export const OUTPUT = 'output0';

export interface DetectModelOptions extends Pick<GraphOptions, 'batch' | 'size'> {
  /** Properties of the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A detector as ONNX bytes: batch norm folded, weights inside; images [N, 3, H, W] → output0 [N, 4 + classes, A]. */
export function detectModel(architecture: Architecture, weights: Weights, options: DetectModelOptions): Uint8Array {
  checkWeights(architecture, weights);
  const { batch, size, metadata = {} } = options;
  const { scale, classWidth, names, strides } = architecture;
  const anchors = anchorsOf(size, strides);
  const images = input(IMAGES, [batch, 3, ...size]);
  const heads = yolov8Heads(images, foldedLayers(weights), { scale, classWidth, classes: names.length });
  const output = decodedPredictions(predictionsOf(heads, anchors), anchors);
  return emitModel({ inputs: [images], outputs: { [OUTPUT]: output }, metadata });
}
