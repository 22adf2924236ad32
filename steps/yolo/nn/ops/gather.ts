import { type Dimension, integers, operator, operators, scalar, type Value } from '../value.ts';
import { mul } from './arithmetic.ts';

/** Access by index, for the assignment: none of it is differentiated. Indices are int64. */

/** Rows `indices` of x along its first dimension: x [R, …], indices [I…] → [I…, …]. */
export function gather(x: Value, indices: Value): Value {
  return operator(
    { type: 'Gather', inputs: [x, indices], attributes: { axis: { int: 0 } } },
    { shape: [...indices.shape, ...x.shape.slice(1)], type: x.type },
  );
}

/** A flat tensor of `length` in which `reduction` gathers all `values` that fall on one place; places hit by none keep `start`. */
export function scatter(
  values: Value,
  indices: Value,
  { length, start, reduction }: { length: number; start: number; reduction: 'add' | 'max' | 'min' },
): Value {
  const flat = (x: Value): Value =>
    operator({ type: 'Reshape', inputs: [x, integers([-1])] }, { shape: [`${x.shape.join('×')}`], type: x.type });
  const ground = operator({ type: 'Expand', inputs: [scalar(start), integers([length])] }, { shape: [length] });
  return operator(
    {
      type: 'ScatterElements',
      inputs: [ground, flat(indices), flat(values)],
      attributes: { axis: { int: 0 }, reduction: { text: reduction } },
    },
    { shape: [length] },
  );
}

/** Zeros in the shape of `like` but for ones at `positions` along the last dimension: like [R, C], positions [R, k] → [R, C]. */
export function marked(like: Value, positions: Value): Value {
  const zeros = mul(like, scalar(0));
  const ones = operator({ type: 'Expand', inputs: [scalar(1), shapeOf(positions)] }, { shape: positions.shape });
  return operator(
    { type: 'ScatterElements', inputs: [zeros, positions, ones], attributes: { axis: { int: -1 } } },
    { shape: like.shape },
  );
}

function shapeOf(x: Value): Value {
  return operator({ type: 'Shape', inputs: [x] }, { shape: [x.shape.length], type: 'int64' });
}

/** The k largest along the last dimension, best first, equal ones by index: values and int64 positions [..., k]. */
export function topK(x: Value, k: number): { readonly values: Value; readonly positions: Value } {
  const shape: Dimension[] = [...x.shape.slice(0, -1), k];
  const [values, positions] = operators(
    { type: 'TopK', inputs: [x, integers([k])], attributes: { axis: { int: -1 } } },
    [{ shape }, { shape, type: 'int64' }],
  );
  return { values: values!, positions: positions! };
}
