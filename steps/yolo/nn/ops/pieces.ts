import { constant, elements, integers, operator, operators, scalar, staticShape, type Value } from '../value.ts';

/** Cutting tensors apart and putting them together along one axis. */

/** Pieces of the given sizes, in order. Prefer it to several slices of one tensor: its gradient is one concatenation instead of padded sums. */
export function split(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  const shape = staticShape(x);
  const outputs = sizes.map((size) => ({ shape: shape.map((whole, i) => (i === axis ? size : whole)), type: x.type }));
  return operators(
    {
      type: 'Split',
      inputs: [x, integers(sizes)],
      attributes: { axis: { int: axis } },
      gradient: (pieces) => [
        concat(
          pieces.map((dy, i) => dy ?? zeros(outputs[i]!.shape)),
          axis,
        ),
        null,
      ],
    },
    outputs,
  );
}

export function concat(parts: readonly Value[], axis: number): Value {
  if (parts.length === 1) return parts[0]!;
  const sizes = parts.map((part) => staticShape(part)[axis]!);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return operator(
    {
      type: 'Concat',
      inputs: parts,
      attributes: { axis: { int: axis } },
      gradient: ([dy]) => split(dy!, axis, sizes),
    },
    { shape: parts[0]!.shape.map((size, i) => (i === axis ? total : size)), type: parts[0]!.type },
  );
}

export interface SliceOptions {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  /** One past the last element taken. */
  readonly ends: readonly number[];
  readonly steps?: readonly number[];
}

/** Elements `starts, starts + steps, … < ends` along `axes`. Differentiable for steps of 1. */
export function slice(x: Value, { axes, starts, ends, steps = axes.map(() => 1) }: SliceOptions): Value {
  const shape = staticShape(x).map((size, i) => {
    const at = axes.indexOf(i);
    return at < 0 ? size : Math.ceil((ends[at]! - starts[at]!) / steps[at]!);
  });
  const before = x.shape.map((_, i) => starts[axes.indexOf(i)] ?? 0);
  const after = staticShape(x).map((size, i) => (axes.includes(i) ? size - ends[axes.indexOf(i)]! : 0));
  return operator(
    {
      type: 'Slice',
      inputs: [
        x,
        integers(starts),
        integers(ends),
        integers(axes),
        ...(steps.every((s) => s === 1) ? [] : [integers(steps)]),
      ],
      gradient: ([dy]) => {
        if (steps.some((step) => step !== 1)) throw new Error('The gradient of a slice with steps is not needed here.');
        return [pad(dy!, before, after)];
      },
    },
    { shape, type: x.type },
  );
}

/** `before[i]` and `after[i]` elements of `value` around dimension i; negative numbers cut elements off. */
export function pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
  const shape = staticShape(x);
  if ([...before, ...after].every((amount) => amount === 0)) return x;
  return operator(
    {
      type: 'Pad',
      inputs: [x, integers([...before, ...after]), ...(value === 0 ? [] : [scalar(value)])],
      gradient: ([dy]) => [
        pad(
          dy!,
          before.map((amount) => -amount),
          after.map((amount) => -amount),
        ),
      ],
    },
    { shape: shape.map((size, i) => size + before[i]! + after[i]!) },
  );
}

function zeros(shape: readonly number[]): Value {
  return constant(new Float32Array(elements(shape)), shape);
}
