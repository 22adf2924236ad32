import { constant, elements, operator, scalar, staticShape, type Value, withGradient } from '../value.ts';
import { mul, negate, scale, shift, sub } from './arithmetic.ts';
import { channelDot, channelSum } from './channel-sums.ts';
import { maximum } from './select.ts';
import { reciprocal, sqrt } from './unary.ts';

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
 */
export function batchNormTrain(x: Value, { gamma, beta, epsilon }: BatchNormParameters): BatchNormResult {
  const [n, , h, w] = staticShape(x) as [number, number, number, number];
  const count = elements([n, h, w]);
  const mean = scale(channelSum(x), 1 / count);
  // E[x²] - E[x]² may come out a little below 0 for a channel that hardly varies.
  const biased = maximum(sub(scale(channelDot(x, x), 1 / count), mul(mean, mean)), scalar(0));
  const inverse = reciprocal(sqrt(shift(biased, epsilon)));
  const composed = batchNormInference(x, { gamma, beta, mean, variance: biased, epsilon });
  const y = withGradient(composed, [x, gamma, beta], ([gradient]) => {
    const dy = gradient!;
    const dBeta = channelSum(dy);
    // Σ dy (x - mean)
    const moment = sub(channelDot(dy, x), mul(dBeta, mean));
    // dx = a (dy - mean of dy) - k (x - mean), where k takes the part of dy that runs along x out of it
    const a = mul(gamma, inverse);
    const k = scale(mul(mul(a, mul(inverse, inverse)), moment), 1 / count);
    const along = affine(x, k, negate(mul(k, mean)));
    const dx = sub(affine(dy, a, scale(mul(a, dBeta), -1 / count)), along);
    return [dx, mul(moment, inverse), dBeta];
  });
  return { y, mean, variance: scale(biased, count / Math.max(count - 1, 1)) };
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

/** x × factor + offset, both one number a channel: the inference operator does it in one pass, a Mul and an Add need two. */
function affine(x: Value, factor: Value, offset: Value): Value {
  const channels = staticShape(factor) as [number];
  const fill = (value: number): Value => constant(new Float32Array(channels[0]).fill(value), channels);
  return batchNormInference(x, { gamma: factor, beta: offset, mean: fill(0), variance: fill(1), epsilon: 0 });
}
