import { openSession } from '../nn/session.ts';
import { detectModel, IMAGES, OUTPUT } from './detect-model.ts';
import type { Architecture, DetectGraph, Weights } from './detector.ts';
import { checkSizes, type GraphOptions } from './graph-options.ts';

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
