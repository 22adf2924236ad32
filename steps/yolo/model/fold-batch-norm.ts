import type { Tensor, Weights } from './detector.ts';
import { BATCH_NORM_EPSILON } from './layers.ts';

/**
 * The convolution that does the work of a block's convolution and batch norm in one: kernel × s, bias = beta - mean × s with s = gamma / √(var + ε).
 *
 * @param name of the block: `model.0`
 */
export function foldBatchNorm(weights: Weights, name: string): { readonly kernel: Tensor; readonly bias: Tensor } {
  const { shape, data } = weights.get(`${name}.conv.weight`)!;
  const [gamma, beta, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (part) => weights.get(`${name}.bn.${part}`)!.data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const channels = shape[0]!;
  const perChannel = data.length / channels;
  const kernel = new Float32Array(data.length);
  const bias = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    const s = gamma[c]! / Math.sqrt(variance[c]! + BATCH_NORM_EPSILON);
    bias[c] = beta[c]! - mean[c]! * s;
    for (let i = c * perChannel; i < (c + 1) * perChannel; i++) kernel[i] = data[i]! * s;
  }
  return { kernel: { shape, data: kernel }, bias: { shape: [channels], data: bias } };
}
