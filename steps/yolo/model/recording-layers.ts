import { conv } from '../nn/ops/conv.ts';
import { elements, input, staticShape, type Value } from '../nn/value.ts';
import type { ParameterInfo } from './detector.ts';
import type { ConvLayer, Layers } from './layers.ts';

/** Layers that note which parameters the network has and what its convolutions cost. */
export function recordingLayers(): Layers & { readonly parameters: ParameterInfo[]; readonly flops: number } {
  const parameters: ParameterInfo[] = [];
  let flops = 0;
  const convolve = (x: Value, { out, k, stride = 1 }: ConvLayer, weight: string): Value => {
    const shape = [out, Number(x.shape[1]), k, k];
    parameters.push({ name: weight, shape, kind: 'weight' });
    const y = conv(x, input(weight, shape), null, { stride, pad: (k - 1) / 2 });
    flops += 2 * elements(staticShape(y)) * elements(shape.slice(1));
    return y;
  };
  return {
    parameters,
    get flops() {
      return flops;
    },
    block(x, layer) {
      const y = convolve(x, layer, `${layer.name}.conv.weight`);
      const shape = [layer.out];
      parameters.push(
        { name: `${layer.name}.bn.weight`, shape, kind: 'norm' },
        { name: `${layer.name}.bn.bias`, shape, kind: 'bias' },
        { name: `${layer.name}.bn.running_mean`, shape, kind: 'buffer' },
        { name: `${layer.name}.bn.running_var`, shape, kind: 'buffer' },
      );
      return y;
    },
    plain(x, layer) {
      const y = convolve(x, layer, `${layer.name}.weight`);
      parameters.push({ name: `${layer.name}.bias`, shape: [layer.out], kind: 'bias' });
      return y;
    },
  };
}
