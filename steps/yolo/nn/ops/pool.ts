import { constant, operator, scalar, staticShape, type Value } from '../value.ts';
import { add, div } from './arithmetic.ts';
import { pad, slice } from './pieces.ts';
import { reduceSum } from './reduce.ts';
import { reshape } from './reshape.ts';
import { equal, where } from './select.ts';

/** Below every activation: what a maximum never picks. */
const LOWEST = -3e38;

/**
 * Largest of the k × k neighbourhood, stride 1, same size: [N, C, H, W] → [N, C, H, W]. Ties are everywhere in a chain of such pools; the gradient of an
 * output is shared equally by the inputs that equal it (a subgradient that depends on no order of visiting).
 */
export function maxPool(x: Value, k: number): Value {
  const [n, c, h, w] = staticShape(x) as [number, number, number, number];
  const r = (k - 1) / 2;
  const shift = (padded: Value, dy: number, dx: number): Value =>
    slice(padded, { axes: [2, 3], starts: [dy, dx], ends: [dy + h, dx + w] });
  const offsets = Array.from({ length: k * k }, (_, i) => [Math.floor(i / k), i % k] as const);
  const y: Value = operator(
    {
      type: 'MaxPool',
      inputs: [x],
      attributes: { kernel_shape: { ints: [k, k] }, pads: { ints: [r, r, r, r] }, strides: { ints: [1, 1] } },
      gradient: ([dy]) => {
        const around = [0, 0, r, r];
        const padded = pad(x, around, around, LOWEST);
        const ties = offsets
          .map(([a, b]) => where(equal(y, shift(padded, a, b)), scalar(1), scalar(0)))
          .reduce((sum, tie) => add(sum, tie));
        const share = pad(div(dy!, ties), around, around);
        const peaks = pad(y, around, around, LOWEST);
        return [
          offsets
            .map(([a, b]) => where(equal(x, shift(peaks, a, b)), shift(share, a, b), scalar(0)))
            .reduce((sum, part) => add(sum, part)),
        ];
      },
    },
    { shape: [n, c, h, w] },
  );
  return y;
}

/** Every pixel becomes 2 × 2 equal ones: [N, C, H, W] → [N, C, 2H, 2W]. */
export function upsample2x(x: Value): Value {
  const [n, c, h, w] = staticShape(x) as [number, number, number, number];
  return operator(
    {
      type: 'Resize',
      inputs: [x, null, constant(Float32Array.of(1, 1, 2, 2), [4])],
      attributes: {
        mode: { text: 'nearest' },
        coordinate_transformation_mode: { text: 'asymmetric' },
        nearest_mode: { text: 'floor' },
      },
      gradient: ([dy]) => [reshape(reduceSum(reshape(dy!, [n * c, h, 2, w, 2]), [2, 4]), [n, c, h, w]), null, null],
    },
    { shape: [n, c, 2 * h, 2 * w] },
  );
}
