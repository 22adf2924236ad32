import { constant, elements, operator, scalar, staticShape, type Value, withGradient } from '../value.ts';
import { div, mul, scale, shift, sub } from './arithmetic.ts';
import { channelMean, channelMeanProduct } from './channel-means.ts';
import { maximum } from './select.ts';
import { sqrt } from './unary.ts';

export interface BatchNormParameters {
  /** [C] each. */
  readonly gamma: Value;
  readonly beta: Value;
  readonly epsilon: number;
}

export interface BatchNormResult {
  /** [N, C, H, W] */
  readonly y: Value;
  /** Of the batch, [C]. */
  readonly mean: Value;
  /** Of the batch, unbiased (divided by N H W - 1), [C]: what PyTorch averages into the running variance. */
  readonly variance: Value;
}

/**
 * Batch normalisation with the statistics of the batch (Ioffe & Szegedy 2015), x [N, C, H, W]. Composed by hand because ONNX's training mode gave NaN in
 * onnxruntime. Not differentiable through `mean` and `variance`.
 *
 * With x̂ = (x - mean) / σ, σ = √(variance + ε) and averages ⟨⟩ over a channel's M numbers: dβ = M ⟨dy⟩, dγ = M h where h = ⟨dy x̂⟩ = (⟨dy x⟩ - ⟨dy⟩ mean) / σ, and
 * dx = γ / σ (dy - ⟨dy⟩) - γ h / σ x̂. Both terms are batch norms with given statistics: of dy with mean ⟨dy⟩ and scale γ, of x with scale γ h / σ.
 */
export function batchNormTrain(x: Value, { gamma, beta, epsilon }: BatchNormParameters): BatchNormResult {
  const [n, channels, h, w] = staticShape(x) as [number, number, number, number];
  const count = elements([n, h, w]);
  const mean = channelMean(x);
  // ⟨x²⟩ - ⟨x⟩² may come out a little below 0 for a channel that hardly varies.
  const variance = maximum(sub(channelMeanProduct(x, x), mul(mean, mean)), scalar(0));
  const composed = batchNormInference(x, { gamma, beta, mean, variance, epsilon });
  const y = withGradient(composed, [x, gamma, beta], ([gradient]) => {
    const dy = gradient!;
    const sigma = sqrt(shift(variance, epsilon));
    const dyMean = channelMean(dy);
    const along = div(sub(channelMeanProduct(dy, x), mul(dyMean, mean)), sigma);
    const none = constant(new Float32Array(channels), [channels]);
    const centred = batchNormInference(dy, { gamma, beta: none, mean: dyMean, variance, epsilon });
    const slope = div(mul(gamma, along), sigma);
    const parallel = batchNormInference(x, { gamma: slope, beta: none, mean, variance, epsilon });
    return [sub(centred, parallel), scale(along, count), scale(dyMean, count)];
  });
  return { y, mean, variance: scale(variance, count / Math.max(count - 1, 1)) };
}

/** Batch normalisation with given statistics. Not differentiable: the running ones are used for inference alone. */
export function batchNormInference(
  x: Value,
  statistics: BatchNormParameters & { readonly mean: Value; readonly variance: Value },
): Value {
  const { gamma, beta, mean, variance, epsilon } = statistics;
  return operator(
    {
      type: 'BatchNormalization',
      inputs: [x, gamma, beta, mean, variance],
      attributes: { epsilon: { float: epsilon } },
    },
    x,
  );
}
