import { operator, scalar, type Value, withGradient } from '../value.ts';
import { add, div, mul, negate, scale, shift, square, sub } from './arithmetic.ts';
import { greater, where } from './select.ts';

/** Element-wise functions of one tensor. */

function unary(type: string, x: Value, rule: (dy: Value, y: Value) => Value): Value {
  const y: Value = operator({ type, inputs: [x], gradient: ([dy]) => [rule(dy!, y)] }, x);
  return y;
}

export function exp(x: Value): Value {
  return unary('Exp', x, (dy, y) => mul(dy, y));
}

/** Natural logarithm; x > 0. */
export function log(x: Value): Value {
  return unary('Log', x, (dy) => div(dy, x));
}

/** x > 0: the derivative at 0 is infinite. */
export function sqrt(x: Value): Value {
  return unary('Sqrt', x, (dy, y) => div(scale(dy, 0.5), y));
}

export function reciprocal(x: Value): Value {
  return unary('Reciprocal', x, (dy, y) => negate(mul(dy, square(y))));
}

export function atan(x: Value): Value {
  return unary('Atan', x, (dy) => div(dy, shift(square(x), 1)));
}

export function sigmoid(x: Value): Value {
  return unary('Sigmoid', x, (dy, y) => mul(dy, mul(y, sub(scalar(1), y))));
}

export function abs(x: Value): Value {
  return unary('Abs', x, (dy) => mul(dy, operator({ type: 'Sign', inputs: [x] }, x)));
}

/** x clipped to [low, high]; no gradient outside, as in PyTorch's clamp. */
export function clip(x: Value, low: number, high: number): Value {
  const y: Value = operator(
    {
      type: 'Clip',
      inputs: [x, scalar(low), scalar(high)],
      gradient: ([dy]) => [where(greater(abs(sub(y, x)), scalar(0)), scalar(0), dy!), null, null],
    },
    x,
  );
  return y;
}

/** log(1 + e^x), without overflow. Its derivative is the sigmoid. */
export function softplus(x: Value): Value {
  return unary('Softplus', x, (dy) => mul(dy, sigmoid(x)));
}

/** SiLU, x σ(x) (Elfwing et al. 2017). Its derivative is written as σ + y (1 - σ), which needs two passes less than the chain rule's. */
export function silu(x: Value): Value {
  const s = sigmoid(x);
  const y = mul(x, s);
  return withGradient(y, [x], ([dy]) => [mul(dy!, add(s, sub(y, mul(y, s))))]);
}
