import { operator, type Shape, scalar, type Value } from '../value.ts';
import { broadcastShape, sumTo } from './broadcast.ts';

/** Element-wise arithmetic with NumPy broadcasting; gradients are summed back over broadcast dimensions. */

function binary(
  type: string,
  a: Value,
  b: Value,
  rule: (dy: Value, wanted: readonly boolean[]) => (Value | null)[],
): Value {
  return operator(
    {
      type,
      inputs: [a, b],
      gradient: ([dy], wanted) => {
        const [da, db] = rule(dy!, wanted);
        return [reduced(da, a.shape), reduced(db, b.shape)];
      },
    },
    { shape: broadcastShape(a.shape, b.shape), type: a.type },
  );
}

function reduced(gradient: Value | null | undefined, shape: Shape): Value | null {
  return gradient ? sumTo(gradient, shape) : null;
}

export function add(a: Value, b: Value): Value {
  return binary('Add', a, b, (dy) => [dy, dy]);
}

export function sub(a: Value, b: Value): Value {
  return binary('Sub', a, b, (dy, wanted) => [dy, wanted[1] ? negate(dy) : null]);
}

export function mul(a: Value, b: Value): Value {
  return binary('Mul', a, b, (dy, wanted) => [wanted[0] ? mul(dy, b) : null, wanted[1] ? mul(dy, a) : null]);
}

/** d(a/b) = da / b - a db / b². */
export function div(a: Value, b: Value): Value {
  return binary('Div', a, b, (dy, wanted) => [
    wanted[0] ? div(dy, b) : null,
    wanted[1] ? negate(div(mul(dy, a), mul(b, b))) : null,
  ]);
}

export function negate(x: Value): Value {
  return operator({ type: 'Neg', inputs: [x], gradient: ([dy]) => [negate(dy!)] }, x);
}

/** `x * factor` for a plain number. */
export function scale(x: Value, factor: number): Value {
  return mul(x, scalar(factor));
}

/** `x + amount` for a plain number. */
export function shift(x: Value, amount: number): Value {
  return add(x, scalar(amount));
}

export function square(x: Value): Value {
  return mul(x, x);
}
