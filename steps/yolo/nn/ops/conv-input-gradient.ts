import { constant, operator, type Value } from '../value.ts';
import type { ConvGeometry } from './conv.ts';
import { matmul } from './matmul.ts';
import { reshape, transpose } from './reshape.ts';

/**
 * Pixels for each output channel from which on the turned kernel, a slow copy of all its numbers, is cheaper than what a transposed convolution
 * does for each pixel; measured, flat between 10 and 25.
 */
const TURNING_PAYS = 16;

/**
 * dX of a convolution. Stride 1: a convolution of dY with the kernel turned by 180° and its channels swapped. Stride 2, and few pixels with many channels: a transposed
 * convolution, whose output padding restores the row that the forward division rounded away.
 *
 * @param dy [N, Cout, H', W']
 * @returns [N, Cin, H, W]
 */
export function convInputGradient(dy: Value, kernel: Value, geometry: ConvGeometry): Value {
  const { n, cin, h, w, cout, k, ho, wo, stride, pad } = geometry;
  const shape = [n, cin, h, w];
  if (stride === 1 && (k === 1 || n * h * w > TURNING_PAYS * cout)) {
    const p = k - 1 - pad;
    const attributes = { kernel_shape: { ints: [k, k] }, pads: { ints: [p, p, p, p] }, strides: { ints: [1, 1] } };
    return operator({ type: 'Conv', inputs: [dy, turned(kernel, cout, cin, k)], attributes }, { shape });
  }
  const rest = (size: number, out: number): number => size - ((out - 1) * stride - 2 * pad + k);
  return operator(
    {
      type: 'ConvTranspose',
      inputs: [dy, kernel],
      attributes: {
        kernel_shape: { ints: [k, k] },
        pads: { ints: [pad, pad, pad, pad] },
        strides: { ints: [stride, stride] },
        output_padding: { ints: [rest(h, ho), rest(w, wo)] },
      },
    },
    { shape },
  );
}

/**
 * [Cout, Cin, k, k] → [Cin, Cout, k, k], turned by 180°: the k² taps in reverse order. A product with the k² × k² matrix of the reversal is exact (every sum has
 * one term) and 20 times faster than onnxruntime's Gather along so short an axis.
 */
function turned(kernel: Value, cout: number, cin: number, k: number): Value {
  const swapped = transpose(kernel, [1, 0, 2, 3]);
  if (k === 1) return swapped;
  const taps = k * k;
  const reversal = Float32Array.from({ length: taps * taps }, (_, i) =>
    Math.floor(i / taps) + (i % taps) === taps - 1 ? 1 : 0,
  );
  const reversed = matmul(reshape(swapped, [cin * cout, taps]), constant(reversal, [taps, taps]));
  return reshape(reversed, [cin, cout, k, k]);
}
