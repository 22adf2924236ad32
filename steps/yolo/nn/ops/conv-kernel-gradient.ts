import type { Value } from '../value.ts';
import type { ConvGeometry } from './conv.ts';
import { matmul, transposeLast } from './matmul.ts';
import { concat, pad, slice } from './pieces.ts';
import { reduceSum } from './reduce.ts';
import { reshape, transpose } from './reshape.ts';

/**
 * dW of a convolution as matrix products over the pixels, dW[o, i, a, b] = Σ dY[n, o, y, x] X[n, i, y s + a - p, x s + b - p], since a Conv with N and C swapped
 * is 2-12 times slower in onnxruntime.
 *
 * @param dy [N, Cout, H', W']
 * @param x [N, Cin, H, W]
 * @returns [Cout, Cin, k, k]
 */
export function convKernelGradient(dy: Value, x: Value, geometry: ConvGeometry): Value {
  const { n, cin, h, w, cout, k, ho, wo, stride } = geometry;
  if (k === 1 && stride === 1) {
    const product = matmul(reshape(dy, [n, cout, h * w]), transposeLast(reshape(x, [n, cin, h * w])));
    return reshape(reduceSum(product, [0]), [cout, cin, 1, 1]);
  }
  if (k === 3 && stride === 1 && geometry.pad === 1) return shiftedBoth(dy, x, geometry);
  const columns = concat(taps(x, geometry), 1);
  const product = matmul(reshape(dy, [n, cout, ho * wo]), transposeLast(reshape(columns, [n, k * k * cin, ho * wo])));
  const byTap = reshape(reduceSum(product, [0]), [cout, k * k, cin]);
  return reshape(transpose(byTap, [0, 2, 1]), [cout, cin, k, k]);
}

/** x seen through each of the k² taps: [N, Cin, H', W'] each. */
function taps(x: Value, { h, w, k, ho, wo, stride, pad: p }: ConvGeometry): Value[] {
  const padded = pad(x, [0, 0, p, p], [0, 0, p, p]);
  return Array.from({ length: k * k }, (_, tap) => {
    const a = Math.floor(tap / k);
    const b = tap % k;
    return slice(padded, {
      axes: [2, 3],
      starts: [a, b],
      ends: [Math.min(a + stride * (ho - 1) + 1, h + 2 * p), Math.min(b + stride * (wo - 1) + 1, w + 2 * p)],
      steps: [stride, stride],
    });
  });
}

/**
 * 3 × 3, stride 1, padding 1: shift dY by rows and X by columns, three copies each instead of nine of X, and one product of the stacked copies gives all
 * nine taps: [N, 3 Cout, (H + 2) W] · [N, 3 Cin, (H + 2) W]ᵀ.
 */
function shiftedBoth(dy: Value, x: Value, { n, cin, h, w, cout }: ConvGeometry): Value {
  const pixels = (h + 2) * w;
  const rows = [0, 1, 2].map((a) => pad(dy, [0, 0, a, 0], [0, 0, 2 - a, 0]));
  const columns = [0, 1, 2].map((b) => pad(x, [0, 0, 1, 1 - b], [0, 0, 1, b - 1]));
  const product = matmul(
    reshape(concat(rows, 1), [n, 3 * cout, pixels]),
    transposeLast(reshape(concat(columns, 1), [n, 3 * cin, pixels])),
  );
  const byTap = reshape(reduceSum(product, [0]), [3, cout, 3, cin]);
  return transpose(byTap, [1, 3, 0, 2]);
}
