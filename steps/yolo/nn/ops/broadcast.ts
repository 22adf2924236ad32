import { integers, operator, type Shape, staticShape, type Value } from '../value.ts';

/** The shape of an element-wise result (NumPy's rule: align at the end, 1 stretches). A free dimension matches itself and 1. */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new Error(`Shapes ${JSON.stringify(a)} and ${JSON.stringify(b)} do not broadcast.`);
  });
}

/** The reverse of broadcasting: sums `gradient` over the dimensions along which a tensor of `shape` was stretched. */
export function sumTo(gradient: Value, shape: Shape): Value {
  const from = staticShape(gradient);
  const lead = from.length - shape.length;
  const axes = from.flatMap((size, i) => (i < lead || (shape[i - lead] === 1 && size !== 1) ? [i] : []));
  if (axes.length === 0) return gradient;
  const summed = operator(
    { type: 'ReduceSum', inputs: [gradient, integers(axes)], attributes: { keepdims: { int: 1 } } },
    { shape: from.map((size, i) => (axes.includes(i) ? 1 : size)) },
  );
  return lead === 0 ? summed : operator({ type: 'Reshape', inputs: [summed, integers(shape.map(Number))] }, { shape });
}
