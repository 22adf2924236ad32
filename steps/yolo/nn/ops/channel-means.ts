import { staticShape, type Value } from '../value.ts';
import { mul, scale } from './arithmetic.ts';
import { matmulTransposed } from './matmul.ts';
import { reduceMean } from './reduce.ts';
import { reshape } from './reshape.ts';

/** From this many pixels on, a product of rows is faster than multiplying and averaging; below, its overhead per row is felt. */
const LONG_ROW = 400;

/** From this many pixels on, onnxruntime reduces over pictures and pixels at once as fast as over one after the other. */
const NO_SHORT_ROW = 64;

/** Mean of each channel over pictures and pixels: [N, C, H, W] → [C]. */
export function channelMean(x: Value): Value {
  const [, , h, w] = staticShape(x) as [number, number, number, number];
  return h * w < NO_SHORT_ROW ? reduceMean(reduceMean(x, [2, 3]), [0]) : reduceMean(x, [0, 2, 3]);
}

/** Mean of x y of each channel over pictures and pixels: [N, C, H, W] twice → [C]. As N C products of one row with one column it writes no x y. */
export function channelMeanProduct(x: Value, y: Value): Value {
  const [n, c, h, w] = staticShape(x) as [number, number, number, number];
  if (h * w < LONG_ROW) return channelMean(mul(x, y));
  const row = (value: Value): Value => reshape(value, [n * c, 1, h * w]);
  const products = matmulTransposed(row(x), row(y));
  return scale(reduceMean(reshape(products, [n, c]), [0]), 1 / (h * w));
}
