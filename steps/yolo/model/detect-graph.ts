import { emitModel } from '../nn/emit-model.ts';
import { openSession } from '../nn/session.ts';
import { input, type Value } from '../nn/value.ts';
import { anchorsOf } from './anchors.ts';
import type { Architecture, DetectGraph, Weights } from './detector.ts';
import { checkSizes, type GraphOptions } from './graph-options.ts';
import { foldedLayers } from './inference-layers.ts';
import { checkWeights } from './parameter-inputs.ts';
import { decodedPredictions, predictionsOf } from './predictions.ts';
import { yolov8Heads } from './yolov8-heads.ts';

/** Names under which Ultralytics' exports take pictures and give predictions. */
const IMAGES = 'images';
const OUTPUT = 'output0';

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
  const images: Value = input(IMAGES, [batch, 3, ...size]);
  const heads = yolov8Heads(images, foldedLayers(weights), { scale, classWidth, classes: names.length });
  const output = decodedPredictions(predictionsOf(heads, anchors), anchors);
  return emitModel({ inputs: [images], outputs: { [OUTPUT]: output }, metadata });
}

/** Opens a detector for one batch size and picture size. The weights are copied: later changes to them do not reach it. */
export async function openDetectGraph(
  architecture: Architecture,
  weights: Weights,
  options: GraphOptions,
): Promise<DetectGraph> {
  checkSizes(architecture, options);
  const { batch, size } = options;
  const session = await openSession(detectModel(architecture, weights, options), options);
  return {
    batch,
    size,
    names: architecture.names,
    get runtimeMs() {
      return session.runtimeMs;
    },
    async run(images) {
      const outputs = await session.run({ [IMAGES]: { shape: [batch, 3, ...size], data: images } });
      return outputs.get(OUTPUT) as Float32Array;
    },
    close: () => session.close(),
  };
}
