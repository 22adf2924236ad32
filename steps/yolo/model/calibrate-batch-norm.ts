import { emitModel } from '../nn/emit-model.ts';
import { square, sub } from '../nn/ops/arithmetic.ts';
import { reduceMean } from '../nn/ops/reduce.ts';
import { openSession, type Session } from '../nn/session.ts';
import { input, type Value } from '../nn/value.ts';
import type { Architecture, Weights } from './detector.ts';
import { checkSizes, type GraphOptions } from './graph-options.ts';
import { inferenceLayers } from './inference-layers.ts';
import { BATCH_NORM_EPSILON } from './layers.ts';
import { parameterFeeds, parameterInputs } from './parameter-inputs.ts';
import { yolov8Heads } from './yolov8-heads.ts';

/**
 * Weights whose batch norms carry the statistics of `batches` and compute what they computed before: with mean m, variance v of a convolution's output over
 * all pictures and pixels, and the old norm's factor s and mean m₀: gamma = s √(v + ε), beta = beta₀ + s (m - m₀), running mean m, running variance v.
 *
 * Needed before training imported weights whose batch norms were folded: neutral norms are right for inference, but in training the batch's own statistics
 * would re-normalise every layer. One forward pass; the given weights are left as they are.
 *
 * @param batches pixels RGB 0..1, [N, 3, H, W] each, as options.batch and options.size say
 */
export async function calibrateBatchNorm(
  architecture: Architecture,
  weights: Weights,
  { batches, ...options }: GraphOptions & { readonly batches: Iterable<Float32Array> | AsyncIterable<Float32Array> },
): Promise<Weights> {
  checkSizes(architecture, options);
  const { session, blocks, fed } = await openObserver(architecture, options);
  const moments = new Map(blocks.map((name) => [name, new Moments()]));
  try {
    for await (const data of batches) {
      const outputs = await session.run({
        images: { shape: [options.batch, 3, ...options.size], data },
        ...parameterFeeds(weights, fed),
      });
      for (const [name, moment] of moments) {
        moment.add(outputs.get(meanOf(name)) as Float32Array, outputs.get(varianceOf(name)) as Float32Array);
      }
    }
  } finally {
    await session.close();
  }
  const calibrated = new Map([...weights].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]));
  for (const [name, { mean, variance, batches: seen }] of moments) {
    if (seen > 0) setBatchNorm(calibrated, name, mean, variance);
  }
  return calibrated;
}

const meanOf = (block: string): string => `mean:${block}`;
const varianceOf = (block: string): string => `variance:${block}`;

/** The network with mean and variance of every block's convolution as outputs. */
async function openObserver(
  architecture: Architecture,
  options: GraphOptions,
): Promise<{ readonly session: Session; readonly blocks: readonly string[]; readonly fed: readonly string[] }> {
  const { scale, classWidth, names, parameters } = architecture;
  const images = input('images', [options.batch, 3, ...options.size]);
  const fed = parameterInputs(parameters);
  const outputs = new Map<string, Value>();
  const blocks: string[] = [];
  const layers = inferenceLayers(fed.get, (name, z) => {
    const mean = reduceMean(z, [0, 2, 3], { keep: true });
    blocks.push(name);
    outputs.set(meanOf(name), reduceMean(z, [0, 2, 3]));
    outputs.set(varianceOf(name), reduceMean(square(sub(z, mean)), [0, 2, 3]));
  });
  yolov8Heads(images, layers, { scale, classWidth, classes: names.length });
  const model = emitModel({ inputs: [images, ...fed.values.values()], outputs: Object.fromEntries(outputs) });
  return { session: await openSession(model, options), blocks, fed: [...fed.values.keys()] };
}

/** Mean and variance of several equally large batches: their mean variance plus the variance of their means, gathered without cancellation. */
class Moments {
  batches = 0;
  mean: Float64Array = new Float64Array(0);
  #within: Float64Array = new Float64Array(0);
  #between: Float64Array = new Float64Array(0);

  /** [C] each. */
  add(mean: Float32Array, variance: Float32Array): void {
    if (this.batches === 0) {
      this.mean = new Float64Array(mean.length);
      this.#within = new Float64Array(mean.length);
      this.#between = new Float64Array(mean.length);
    }
    this.batches++;
    for (let c = 0; c < mean.length; c++) {
      const difference = mean[c]! - this.mean[c]!;
      this.mean[c] = this.mean[c]! + difference / this.batches;
      this.#between[c] = this.#between[c]! + difference * (mean[c]! - this.mean[c]!);
      this.#within[c] = this.#within[c]! + variance[c]!;
    }
  }

  get variance(): Float64Array {
    return this.#within.map((sum, c) => (sum + this.#between[c]!) / this.batches);
  }
}

function setBatchNorm(weights: Weights, block: string, mean: Float64Array, variance: Float64Array): void {
  const [gamma, beta, runningMean, runningVariance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (part) => weights.get(`${block}.bn.${part}`)!.data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  for (let c = 0; c < mean.length; c++) {
    const factor = gamma[c]! / Math.sqrt(runningVariance[c]! + BATCH_NORM_EPSILON);
    beta[c] = beta[c]! + factor * (mean[c]! - runningMean[c]!);
    gamma[c] = factor * Math.sqrt(variance[c]! + BATCH_NORM_EPSILON);
    runningMean[c] = mean[c]!;
    runningVariance[c] = variance[c]!;
  }
}
