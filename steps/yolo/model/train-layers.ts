import { batchNormTrain } from '../nn/ops/batch-norm.ts';
import { conv } from '../nn/ops/conv.ts';
import { silu } from '../nn/ops/unary.ts';
import type { Value } from '../nn/value.ts';
import { BATCH_NORM_EPSILON, type Layers } from './layers.ts';

/**
 * Layers for training: batch norm uses the statistics of the batch, which are kept in `statistics` under the names of the running buffers they belong to.
 */
export function trainLayers(
  parameter: (name: string) => Value,
): Layers & { readonly statistics: ReadonlyMap<string, Value> } {
  const statistics = new Map<string, Value>();
  return {
    statistics,
    block(x, { name, k, stride = 1 }) {
      const z = conv(x, parameter(`${name}.conv.weight`), null, { stride, pad: (k - 1) / 2 });
      const gamma = parameter(`${name}.bn.weight`);
      const beta = parameter(`${name}.bn.bias`);
      const { y, mean, variance } = batchNormTrain(z, { gamma, beta, epsilon: BATCH_NORM_EPSILON });
      statistics.set(`${name}.bn.running_mean`, mean).set(`${name}.bn.running_var`, variance);
      return silu(y);
    },
    plain(x, { name, k }) {
      return conv(x, parameter(`${name}.weight`), parameter(`${name}.bias`), { stride: 1, pad: (k - 1) / 2 });
    },
  };
}
