import { elements, integers, operator, type Shape, staticShape, type Value } from '../value.ts';
import { sumTo } from './broadcast.ts';

/** Rearrangements that keep every element as it is: reshape, transpose, expand. */

/** Same elements, another shape. Costs nothing at run time. */
export function reshape(x: Value, shape: readonly number[]): Value {
  if (same(x.shape, shape)) return x;
  if (elements(staticShape(x)) !== elements(shape)) {
    throw new Error(
      `Reshape of ${JSON.stringify(x.shape)} to ${JSON.stringify(shape)} changes the number of elements.`,
    );
  }
  return operator(
    {
      type: 'Reshape',
      inputs: [x, integers(shape)],
      gradient: ([dy]) => [reshape(dy!, staticShape(x)), null],
    },
    { shape, type: x.type },
  );
}

/** Output dimension i is input dimension `order[i]`. */
export function transpose(x: Value, order: readonly number[]): Value {
  const back = order.map((_, i) => order.indexOf(i));
  return operator(
    {
      type: 'Transpose',
      inputs: [x],
      attributes: { perm: { ints: order } },
      gradient: ([dy]) => [transpose(dy!, back)],
    },
    { shape: order.map((axis) => x.shape[axis]!), type: x.type },
  );
}

/** Repeats along dimensions of size 1. */
export function expand(x: Value, shape: readonly number[]): Value {
  if (same(x.shape, shape)) return x;
  return operator(
    { type: 'Expand', inputs: [x, integers(shape)], gradient: ([dy]) => [sumTo(dy!, x.shape), null] },
    { shape, type: x.type },
  );
}

function same(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
