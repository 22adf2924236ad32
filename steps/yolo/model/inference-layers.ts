import { batchNormInference } from '../nn/ops/batch-norm.ts';
import { conv } from '../nn/ops/conv.ts';
import { silu } from '../nn/ops/unary.ts';
import { constant, type Value } from '../nn/value.ts';
import type { Weights } from './detector.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { BATCH_NORM_EPSILON, type Layers } from './layers.ts';

/**
 * Layers for scoring weights that change from run to run: batch norm with the running statistics, all parameters fed.
 *
 * @param observe is shown the output of every block's convolution
 */
export function inferenceLayers(
  parameter: (name: string) => Value,
  observe: (block: string, z: Value) => void = () => {},
): Layers {
  return {
    block(x, { name, k, stride = 1 }) {
      const z = conv(x, parameter(`${name}.conv.weight`), null, { stride, pad: (k - 1) / 2 });
      observe(name, z);
      const y = batchNormInference(z, {
        gamma: parameter(`${name}.bn.weight`),
        beta: parameter(`${name}.bn.bias`),
        mean: parameter(`${name}.bn.running_mean`),
        variance: parameter(`${name}.bn.running_var`),
        epsilon: BATCH_NORM_EPSILON,
      });
      return silu(y);
    },
    plain(x, { name, k }) {
      return conv(x, parameter(`${name}.weight`), parameter(`${name}.bias`), { stride: 1, pad: (k - 1) / 2 });
    },
  };
}

/** Layers for detection: batch norm folded into the convolutions, weights written into the model under Ultralytics' names for folded ones. */
export function foldedLayers(weights: Weights): Layers {
  const stored = (name: string): Value => {
    const { data, shape } = weights.get(name)!;
    return constant(data, shape, name);
  };
  return {
    block(x, { name, k, stride = 1 }) {
      const { kernel, bias } = foldBatchNorm(weights, name);
      return silu(
        conv(
          x,
          constant(kernel.data, kernel.shape, `${name}.conv.weight`),
          constant(bias.data, bias.shape, `${name}.conv.bias`),
          {
            stride,
            pad: (k - 1) / 2,
          },
        ),
      );
    },
    plain(x, { name, k }) {
      return conv(x, stored(`${name}.weight`), stored(`${name}.bias`), { stride: 1, pad: (k - 1) / 2 });
    },
  };
}
