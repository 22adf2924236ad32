import { add, mul, sub } from '../nn/ops/arithmetic.ts';
import { concat, split } from '../nn/ops/pieces.ts';
import { reduceSum } from '../nn/ops/reduce.ts';
import { reshape } from '../nn/ops/reshape.ts';
import { softmax } from '../nn/ops/softmax.ts';
import { sigmoid } from '../nn/ops/unary.ts';
import { constant, staticShape, type Value } from '../nn/value.ts';
import type { Anchors } from './anchors.ts';
import type { Corners } from './ciou.ts';
import { type Head, REG_MAX } from './yolov8-heads.ts';

/** The three heads as one list of A anchors. */
export interface Predictions {
  /** Logits of the distance bins, [N, 4, 16, A]. */
  readonly distanceLogits: Value;
  /** [N, classes, A] */
  readonly classLogits: Value;
  /** Boxes in units of their anchor's stride, [N, A] each. */
  readonly corners: Corners;
}

/** Distances are the means of their distributions (Li et al. 2020, eq. 3), boxes the anchor centre minus and plus distances. */
export function predictionsOf(heads: readonly Head[], anchors: Anchors): Predictions {
  const [n, classes] = staticShape(heads[0]!.cls) as [number, number];
  const together = (values: readonly Value[], channels: number): Value =>
    concat(
      values.map((value) => {
        const [, , h, w] = staticShape(value) as [number, number, number, number];
        return reshape(value, [n, channels, h * w]);
      }),
      2,
    );
  const boxes = together(
    heads.map((head) => head.box),
    4 * REG_MAX,
  );
  const distanceLogits = reshape(boxes, [n, 4, REG_MAX, anchors.count]);
  const bins = constant(
    Float32Array.from({ length: REG_MAX }, (_, bin) => bin),
    [1, 1, REG_MAX, 1],
  );
  const distances = reduceSum(mul(softmax(distanceLogits, 2), bins), [2]);
  const [left, top, right, bottom] = split(distances, 1, [1, 1, 1, 1]).map((side) =>
    reshape(side, [n, anchors.count]),
  ) as [Value, Value, Value, Value];
  const x = constant(anchors.x, [1, anchors.count]);
  const y = constant(anchors.y, [1, anchors.count]);
  return {
    distanceLogits,
    classLogits: together(
      heads.map((head) => head.cls),
      classes,
    ),
    corners: { x1: sub(x, left), y1: sub(y, top), x2: add(x, right), y2: add(y, bottom) },
  };
}

/** What users of a detector get: centre x, centre y, width, height in pixels, then class scores 0 to 1, [N, 4 + classes, A]. */
export function decodedPredictions({ corners, classLogits }: Predictions, anchors: Anchors): Value {
  const { x1, y1, x2, y2 } = corners;
  const [n] = staticShape(x1) as [number];
  const stride = constant(anchors.stride, [1, anchors.count]);
  const half = constant(
    anchors.stride.map((pixels) => pixels / 2),
    [1, anchors.count],
  );
  const row = (value: Value): Value => reshape(value, [n, 1, anchors.count]);
  return concat(
    [
      row(mul(add(x1, x2), half)),
      row(mul(add(y1, y2), half)),
      row(mul(sub(x2, x1), stride)),
      row(mul(sub(y2, y1), stride)),
      sigmoid(classLogits),
    ],
    1,
  );
}
