import { ONNX_TYPE, type OnnxModel, type OnnxTensor } from '../nn/onnx/onnx-model.ts';
import type { Tensor, Weights } from './detector.ts';

/** How onnxruntime's quantiser names the three parts of a weight. */
const QUANTIZED = '_quantized';
const SCALE = '_scale';
const ZERO_POINT = '_zero_point';

/**
 * The float parameters of an ONNX file by name. Weights that onnxruntime's quantiser made int8 (dynamic or QDQ: `X_quantized`, `X_scale`, `X_zero_point`)
 * come back as X = (q - zero point) × scale, with one scale a tensor or one an output channel.
 */
export function floatParameters({ initializers }: OnnxModel): Weights {
  const byName = new Map(initializers.map((tensor) => [tensor.name, tensor]));
  const weights: Weights = new Map();
  for (const tensor of initializers) {
    const name = tensor.name.endsWith(QUANTIZED) ? tensor.name.slice(0, -QUANTIZED.length) : null;
    const scale = name === null ? undefined : byName.get(name + SCALE);
    if (name !== null && scale !== undefined)
      weights.set(name, dequantized(tensor, scale, byName.get(name + ZERO_POINT)));
    else if (tensor.dataType === ONNX_TYPE.float32) {
      weights.set(tensor.name, { shape: tensor.dims, data: numbers(tensor) as Float32Array });
    }
  }
  return weights;
}

function dequantized(quantized: OnnxTensor, scale: OnnxTensor, zeroPoint: OnnxTensor | undefined): Tensor {
  const q = numbers(quantized);
  const scales = numbers(scale);
  const zeros = zeroPoint === undefined ? new Int8Array(scales.length) : numbers(zeroPoint);
  // Output channels are the first dimension of every kernel.
  const perScale = q.length / scales.length;
  const data = new Float32Array(q.length);
  for (let i = 0; i < q.length; i++) {
    const at = Math.floor(i / perScale);
    data[i] = (q[i]! - zeros[at]!) * scales[at]!;
  }
  return { shape: quantized.dims, data };
}

function numbers({ name, dataType, raw }: OnnxTensor): Float32Array | Int8Array | Uint8Array | Int32Array {
  const { buffer, byteOffset, byteLength } = raw;
  switch (dataType) {
    case ONNX_TYPE.float32:
      return new Float32Array(buffer, byteOffset, byteLength / 4);
    case ONNX_TYPE.int8:
      return new Int8Array(buffer, byteOffset, byteLength);
    case ONNX_TYPE.uint8:
      return raw;
    case ONNX_TYPE.int32:
      return new Int32Array(buffer, byteOffset, byteLength / 4);
    default:
      throw new Error(`Tensor ${name} has element type ${dataType}, which no quantised weight has.`);
  }
}
