import { type Attribute, constant, elements, operator, operators, staticShape, type Value } from '../value.ts';
import { scale } from './arithmetic.ts';
import { reshape } from './reshape.ts';

/**
 * Largest of the k × k neighbourhood, stride 1, same size: [N, C, H, W] → [N, C, H, W]. The gradient goes to one of equal inputs: a pool along rows and one along columns
 * say which element they take, and two scatters add the gradients up there.
 */
export function maxPool(x: Value, k: number): Value {
  const y = operator(
    {
      type: 'MaxPool',
      inputs: [x],
      attributes: poolAttributes(k, k),
      gradient: ([dy]) => {
        const rows = pickingPool(x, 1, k);
        const columns = pickingPool(rows.values, k, 1);
        return [scattered(scattered(dy!, columns.positions), rows.positions)];
      },
    },
    x,
  );
  return y;
}

function poolAttributes(height: number, width: number): Readonly<Record<string, Attribute>> {
  const [y, x] = [(height - 1) / 2, (width - 1) / 2];
  return { kernel_shape: { ints: [height, width] }, pads: { ints: [y, x, y, x] }, strides: { ints: [1, 1] } };
}

/** A pool that also gives the flat position of what it took, counted over the whole tensor. */
function pickingPool(x: Value, height: number, width: number): { readonly values: Value; readonly positions: Value } {
  const [values, positions] = operators({ type: 'MaxPool', inputs: [x], attributes: poolAttributes(height, width) }, [
    { shape: x.shape },
    { shape: x.shape, type: 'int64' },
  ]);
  return { values: values!, positions: positions! };
}

function scattered(dy: Value, positions: Value): Value {
  const shape = staticShape(dy);
  const flat = [elements(shape)];
  const sum = operator(
    {
      type: 'ScatterElements',
      inputs: [constant(new Float32Array(flat[0]!), flat), reshape(positions, flat), reshape(dy, flat)],
      attributes: { axis: { int: 0 }, reduction: { text: 'add' } },
    },
    { shape: flat },
  );
  return reshape(sum, shape);
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
      // The sum of 2 × 2 as four times their mean, which is exact and a fast operator.
      gradient: ([dy]) => [
        scale(
          operator(
            {
              type: 'AveragePool',
              inputs: [dy!],
              attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
            },
            x,
          ),
          4,
        ),
        null,
        null,
      ],
    },
    { shape: [n, c, 2 * h, 2 * w] },
  );
}
