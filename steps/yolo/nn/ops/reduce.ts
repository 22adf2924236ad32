import { type Dimension, elements, integers, operator, scalar, type Value } from '../value.ts';
import { mul, scale } from './arithmetic.ts';
import { expand, reshape } from './reshape.ts';
import { equal, where } from './select.ts';

/** Reductions along axes (negative ones count from the end); reduced dimensions are dropped unless `keep`. */
export interface ReduceOptions {
  readonly keep?: boolean;
}

export function reduceSum(x: Value, axes: readonly number[], options: ReduceOptions = {}): Value {
  return reduction('ReduceSum', x, axes, options, (dy) => expand(dy, x.shape.map(Number)));
}

export function reduceMean(x: Value, axes: readonly number[], options: ReduceOptions = {}): Value {
  return reduction('ReduceMean', x, axes, options, (dy) => {
    const count = elements(axes.map((axis) => Number(x.shape.at(axis))));
    return expand(scale(dy, 1 / count), x.shape.map(Number));
  });
}

/** Sum of squares. */
export function reduceSumSquare(x: Value, axes: readonly number[], options: ReduceOptions = {}): Value {
  return reduction('ReduceSumSquare', x, axes, options, (dy) => scale(mul(dy, x), 2));
}

/** Largest element; its gradient goes to every element that equals it. */
export function reduceMax(x: Value, axes: readonly number[], options: ReduceOptions = {}): Value {
  return reduction('ReduceMax', x, axes, options, (dy, y) => where(equal(x, y), dy, scalar(0)));
}

function reduction(
  type: string,
  x: Value,
  axes: readonly number[],
  { keep = false }: ReduceOptions,
  rule: (dy: Value, y: Value) => Value,
): Value {
  const positive = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const kept: Dimension[] = x.shape.map((size, i) => (positive.includes(i) ? 1 : size));
  const shape = keep ? kept : x.shape.filter((_, i) => !positive.includes(i));
  const y: Value = operator(
    {
      type,
      inputs: [x, integers(positive)],
      attributes: { keepdims: { int: keep ? 1 : 0 } },
      gradient: ([dy]) => [rule(reshape(dy!, kept.map(Number)), reshape(y, kept.map(Number))), null],
    },
    { shape },
  );
  return y;
}
