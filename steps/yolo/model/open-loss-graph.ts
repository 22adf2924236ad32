import { emitModel } from '../nn/emit-model.ts';
import { openSession } from '../nn/session.ts';
import { input } from '../nn/value.ts';
import { anchorsOf } from './anchors.ts';
import { assignTargets } from './assign-targets.ts';
import { candidateFeeds, candidateInputs } from './candidate-inputs.ts';
import { detectionLoss, lossItems } from './detection-loss.ts';
import type { Architecture, LossGains, LossGraph } from './detector.ts';
import { checkSizes, type GraphOptions } from './graph-options.ts';
import { inferenceLayers } from './inference-layers.ts';
import { parameterFeeds, parameterInputs } from './parameter-inputs.ts';
import { decodedPredictions, predictionsOf } from './predictions.ts';
import { yolov8Heads } from './yolov8-heads.ts';

/** Opens validation during training: losses with the running statistics and decoded predictions, from one forward pass over fed weights. */
export async function openLossGraph(
  architecture: Architecture,
  options: GraphOptions & { readonly gains: LossGains },
): Promise<LossGraph> {
  checkSizes(architecture, options);
  const { batch, size, gains } = options;
  const { scale, classWidth, names, strides, parameters } = architecture;
  const anchors = anchorsOf(size, strides);
  const images = input('images', [batch, 3, ...size]);
  const fed = parameterInputs(parameters);
  const candidates = candidateInputs();
  const heads = yolov8Heads(images, inferenceLayers(fed.get), { scale, classWidth, classes: names.length });
  const predictions = predictionsOf(heads, anchors);
  const loss = detectionLoss(predictions, assignTargets(predictions, candidates, anchors), { anchors, gains });
  const model = emitModel({
    inputs: [images, ...Object.values(candidates), ...fed.values.values()],
    outputs: { loss: loss.items, predictions: decodedPredictions(predictions, anchors) },
  });
  const session = await openSession(model, options);
  return {
    async run(weights, { images: pixels, targets }) {
      const outputs = await session.run({
        images: { shape: [batch, 3, ...size], data: pixels },
        ...candidateFeeds(targets, { anchors, classes: names.length, size }),
        ...parameterFeeds(weights, fed.values.keys()),
      });
      return {
        loss: lossItems(outputs.get('loss') as Float32Array),
        predictions: outputs.get('predictions') as Float32Array,
      };
    },
    close: () => session.close(),
  };
}
