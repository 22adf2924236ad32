import { operator, scalar, type Value } from '../value.ts';
import { broadcastShape, sumTo } from './broadcast.ts';

/** Comparisons (which give bool tensors and have no gradient) and choices between two tensors. */

function comparison(type: string, a: Value, b: Value): Value {
  return operator({ type, inputs: [a, b] }, { shape: broadcastShape(a.shape, b.shape), type: 'bool' });
}

export function equal(a: Value, b: Value): Value {
  return comparison('Equal', a, b);
}

export function greater(a: Value, b: Value): Value {
  return comparison('Greater', a, b);
}

export function less(a: Value, b: Value): Value {
  return comparison('Less', a, b);
}

export function and(a: Value, b: Value): Value {
  return comparison('And', a, b);
}

export function or(a: Value, b: Value): Value {
  return comparison('Or', a, b);
}

export function not(a: Value): Value {
  return operator({ type: 'Not', inputs: [a] }, { shape: a.shape, type: 'bool' });
}

/** `condition ? a : b`, element by element, broadcasting. */
export function where(condition: Value, a: Value, b: Value): Value {
  const zero = scalar(0);
  return operator(
    {
      type: 'Where',
      inputs: [condition, a, b],
      gradient: ([dy], wanted) => [
        null,
        wanted[1] ? sumTo(where(condition, dy!, zero), a.shape) : null,
        wanted[2] ? sumTo(where(condition, zero, dy!), b.shape) : null,
      ],
    },
    { shape: broadcastShape(condition.shape, broadcastShape(a.shape, b.shape)), type: a.type },
  );
}

/** The larger of two, element by element; where they are equal the gradient goes to `a`. */
export function maximum(a: Value, b: Value): Value {
  return extreme('Max', a, b, () => less(a, b));
}

/** The smaller of two, element by element; where they are equal the gradient goes to `a`. */
export function minimum(a: Value, b: Value): Value {
  return extreme('Min', a, b, () => greater(a, b));
}

function extreme(type: string, a: Value, b: Value, takesB: () => Value): Value {
  const zero = scalar(0);
  return operator(
    {
      type,
      inputs: [a, b],
      gradient: ([dy], wanted) => {
        const second = takesB();
        return [
          wanted[0] ? sumTo(where(second, zero, dy!), a.shape) : null,
          wanted[1] ? sumTo(where(second, dy!, zero), b.shape) : null,
        ];
      },
    },
    { shape: broadcastShape(a.shape, b.shape), type: a.type },
  );
}
