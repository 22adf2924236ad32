import { elements, operator, scalar, staticShape, type Value, withGradient } from '../value.ts';
import { add, mul, scale, shift, sub } from './arithmetic.ts';
import { reduceMean, reduceSum } from './reduce.ts';
import { reshape } from './reshape.ts';
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
 * onnxruntime; the normalisation itself is the inference operator fed with the batch's statistics, one pass over x.
 */
export function batchNormTrain(x: Value, { gamma, beta, epsilon }: BatchNormParameters): BatchNormResult {
  const [n, c, h, w] = staticShape(x) as [number, number, number, number];
  const count = elements([n, h, w]);
  const mean = reduceMean(x, [0, 2, 3]);
  // E[x²] - E[x]² may come out a little below 0 for a channel that hardly varies.
  const biased = maximum(sub(reduceMean(mul(x, x), [0, 2, 3]), mul(mean, mean)), scalar(0));
  const inverse = reciprocal(sqrt(shift(biased, epsilon)));
  const y = batchNormInference(x, { gamma, beta, mean, variance: biased, epsilon });
  const differentiable = withGradient(y, [x, gamma, beta], ([gradient]) => {
    const dy = gradient!;
    const perChannel = (value: Value): Value => reshape(value, [1, c, 1, 1]);
    const dBeta = reduceSum(dy, [0, 2, 3]);
    // Σ dy (x - mean)
    const moment = sub(reduceSum(mul(dy, x), [0, 2, 3]), mul(dBeta, mean));
    const a = mul(gamma, inverse);
    // dx = a dy - k2 x + k0, the two means taken out of dy written as one affine map per channel
    const k2 = scale(mul(mul(a, mul(inverse, inverse)), moment), 1 / count);
    const k0 = sub(mul(k2, mean), scale(mul(a, dBeta), 1 / count));
    const dx = add(sub(mul(dy, perChannel(a)), mul(x, perChannel(k2))), perChannel(k0));
    return [dx, mul(moment, inverse), dBeta];
  });
  return { y: differentiable, mean, variance: scale(biased, count / Math.max(count - 1, 1)) };
}

/** Batch normalisation with given statistics. Not differentiable: the running ones are used for inference alone. */
export function batchNormInference(
  x: Value,
  {
    gamma,
    beta,
    mean,
    variance,
    epsilon,
  }: BatchNormParameters & {
    readonly mean: Value;
    readonly variance: Value;
  },
): Value {
  return operator(
    {
      type: 'BatchNormalization',
      inputs: [x, gamma, beta, mean, variance],
      attributes: { epsilon: { float: epsilon } },
    },
    x,
  );
}
