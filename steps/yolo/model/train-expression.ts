import { input, type Value } from '../nn/value.ts';
import { anchorsOf } from './anchors.ts';
import { assignTargets } from './assign-targets.ts';
import { candidateInputs } from './candidate-inputs.ts';
import { type DetectionLoss, detectionLoss } from './detection-loss.ts';
import type { Architecture, LossGains } from './detector.ts';
import type { GraphOptions } from './graph-options.ts';
import { parameterInputs } from './parameter-inputs.ts';
import { predictionsOf } from './predictions.ts';
import { trainLayers } from './train-layers.ts';
import { yolov8Heads } from './yolov8-heads.ts';

export interface TrainExpressionOptions extends Pick<GraphOptions, 'batch' | 'size'> {
  readonly gains: LossGains;
}

/** A training step before it is an ONNX model: what a test may differentiate or take apart. */
export interface TrainExpression {
  readonly inputs: readonly Value[];
  /** Trained parameters by name, in the network's order. */
  readonly trained: ReadonlyMap<string, Value>;
  readonly loss: DetectionLoss;
  readonly statistics: ReadonlyMap<string, Value>;
}

/** Forward pass, assignment and loss of one batch as an expression. */
export function trainExpression(
  architecture: Architecture,
  { batch, size, gains }: TrainExpressionOptions,
): TrainExpression {
  const anchors = anchorsOf(size, architecture.strides);
  const images = input('images', [batch, 3, ...size]);
  const parameters = parameterInputs(architecture.parameters.filter(({ kind }) => kind !== 'buffer'));
  const candidates = candidateInputs();
  const layers = trainLayers(parameters.get);
  const { scale, classWidth, names } = architecture;
  const heads = yolov8Heads(images, layers, { scale, classWidth, classes: names.length });
  const predictions = predictionsOf(heads, anchors);
  const targets = assignTargets(predictions, candidates, anchors);
  return {
    inputs: [images, ...Object.values(candidates), ...parameters.values.values()],
    trained: parameters.values,
    loss: detectionLoss(predictions, targets, { anchors, gains }),
    statistics: layers.statistics,
  };
}
