import { add, div, mul, scale, shift, square, sub } from '../nn/ops/arithmetic.ts';
import { maximum, minimum } from '../nn/ops/select.ts';
import { atan } from '../nn/ops/unary.ts';
import { scalar, stopGradient, type Value } from '../nn/value.ts';

/** Corners of many boxes, four tensors of one shape, or of shapes that broadcast. */
export interface Corners {
  readonly x1: Value;
  readonly y1: Value;
  readonly x2: Value;
  readonly y2: Value;
}

const EPSILON = 1e-7;

/**
 * Complete IoU of boxes, element by element: IoU - ρ²/c² - α v, where ρ is the distance of the centres, c the diagonal of the box around both, v the
 * difference of the aspect angles, and α = v / (1 - IoU + v) counts as a constant in the gradient (Zheng et al. 2020, Distance-IoU Loss, eq. 9-12).
 */
export function ciou(a: Corners, b: Corners): Value {
  const zero = scalar(0);
  const sides = (box: Corners): readonly [Value, Value] => [sub(box.x2, box.x1), shift(sub(box.y2, box.y1), EPSILON)];
  const [w1, h1] = sides(a);
  const [w2, h2] = sides(b);
  const overlap = mul(
    maximum(sub(minimum(a.x2, b.x2), maximum(a.x1, b.x1)), zero),
    maximum(sub(minimum(a.y2, b.y2), maximum(a.y1, b.y1)), zero),
  );
  const union = shift(sub(add(mul(w1, h1), mul(w2, h2)), overlap), EPSILON);
  const iou = div(overlap, union);

  const diagonal = shift(
    add(square(sub(maximum(a.x2, b.x2), minimum(a.x1, b.x1))), square(sub(maximum(a.y2, b.y2), minimum(a.y1, b.y1)))),
    EPSILON,
  );
  const centres = scale(
    add(square(sub(add(b.x1, b.x2), add(a.x1, a.x2))), square(sub(add(b.y1, b.y2), add(a.y1, a.y2)))),
    0.25,
  );
  const v = scale(square(sub(atan(div(w2, h2)), atan(div(w1, h1)))), 4 / Math.PI ** 2);
  const alpha = stopGradient(div(v, shift(sub(v, iou), 1 + EPSILON)));
  return sub(iou, add(div(centres, diagonal), mul(alpha, v)));
}
