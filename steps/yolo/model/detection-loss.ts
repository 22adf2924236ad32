import { add, div, mul, scale, sub } from '../nn/ops/arithmetic.ts';
import { concat } from '../nn/ops/pieces.ts';
import { reduceSum } from '../nn/ops/reduce.ts';
import { reshape } from '../nn/ops/reshape.ts';
import { maximum } from '../nn/ops/select.ts';
import { logSumExp } from '../nn/ops/softmax.ts';
import { abs, clip, softplus } from '../nn/ops/unary.ts';
import { constant, scalar, staticShape, stopGradient, type Value } from '../nn/value.ts';
import type { Anchors } from './anchors.ts';
import type { Targets } from './assign-targets.ts';
import { type Corners, ciou } from './ciou.ts';
import type { LossGains, LossItems } from './detector.ts';
import type { Predictions } from './predictions.ts';
import { REG_MAX } from './yolov8-heads.ts';

export interface DetectionLoss {
  /** box, cls, dfl with their gains, as Ultralytics prints them: [3]. */
  readonly items: Value;
  /** (box + cls + dfl) × N: what is differentiated. */
  readonly total: Value;
}

/**
 * The YOLOv8 loss: (1 - CIoU) of the answering anchors, binary cross-entropy of all class scores, and the distribution focal loss of the answering
 * anchors' distances; the box losses weighted by the target score, all divided by the sum of the target scores (at least 1).
 */
export function detectionLoss(
  predictions: Predictions,
  targets: Targets,
  { anchors, gains }: { readonly anchors: Anchors; readonly gains: LossGains },
): DetectionLoss {
  const { classLogits, corners, distanceLogits } = predictions;
  const [n] = staticShape(classLogits) as [number];
  const { weights, scores } = targets;
  const divisor = stopGradient(maximum(reduceSum(weights, [0, 1]), scalar(1)));
  const mean = (sum: Value, gain: number): Value => scale(div(sum, divisor), gain);

  const box = mean(reduceSum(mul(sub(scalar(1), ciou(corners, targets.corners)), weights), [0, 1]), gains.box);
  const entropy = sub(softplus(classLogits), mul(classLogits, scores));
  const cls = mean(reduceSum(entropy, [0, 1, 2]), gains.cls);
  const dfl = mean(reduceSum(mul(distanceLoss(distanceLogits, targets.corners, anchors), weights), [0, 1]), gains.dfl);
  const items = [box, cls, dfl].map((item) => reshape(item, [1]));
  return { items: concat(items, 0), total: scale(add(add(box, cls), dfl), n) };
}

/** `DetectionLoss.items`, once computed, by name. */
export function lossItems([box, cls, dfl]: Float32Array): LossItems {
  return { box: box!, cls: cls!, dfl: dfl! };
}

/**
 * Distribution focal loss (Li et al. 2020, eq. 6), mean of the four sides, [N, A]: the cross-entropy between the bins and a distance between two of them,
 * shared out to both by nearness. Such a target distribution is max(0, 1 - |distance - bin|), so no bin has to be looked up.
 */
function distanceLoss(logits: Value, { x1, y1, x2, y2 }: Corners, anchors: Anchors): Value {
  const [n, a] = staticShape(x1) as [number, number];
  const x = constant(anchors.x, [1, a]);
  const y = constant(anchors.y, [1, a]);
  const sides = [sub(x, x1), sub(y, y1), sub(x2, x), sub(y2, y)].map((side) => reshape(side, [n, 1, 1, a]));
  const distances = clip(concat(sides, 1), 0, REG_MAX - 1 - 0.01);
  const bins = constant(
    Float32Array.from({ length: REG_MAX }, (_, bin) => bin),
    [1, 1, REG_MAX, 1],
  );
  const distribution = maximum(sub(scalar(1), abs(sub(distances, bins))), scalar(0));
  const entropy = sub(logSumExp(logits, 2), reduceSum(mul(logits, stopGradient(distribution)), [2]));
  return scale(reduceSum(entropy, [1]), 1 / 4);
}
