import { div, mul, shift, square } from '../nn/ops/arithmetic.ts';
import { gather, marked, scatter, topK } from '../nn/ops/gather.ts';
import { reduceMax } from '../nn/ops/reduce.ts';
import { reshape } from '../nn/ops/reshape.ts';
import { and, equal, greater, maximum, where } from '../nn/ops/select.ts';
import { sigmoid, sqrt } from '../nn/ops/unary.ts';
import { constant, scalar, staticShape, stopGradient, type Value } from '../nn/value.ts';
import type { Anchors } from './anchors.ts';
import type { CandidateInputs } from './candidate-inputs.ts';
import { type Corners, ciou } from './ciou.ts';
import type { Predictions } from './predictions.ts';

/** What each anchor should have said. Constants in the eyes of the gradient. */
export interface Targets {
  /** [N, classes, A], 0 to 1. */
  readonly scores: Value;
  /** Sum of an anchor's target scores, [N, A]: 0 for background. */
  readonly weights: Value;
  /** The box it answers for, in units of its stride, [N, A] each; 0 for background. */
  readonly corners: Corners;
}

/** Anchors that each box chooses. */
export const TOP_K = 10;
const EPSILON = 1e-9;

/**
 * Task-aligned assignment (Feng et al. 2021, TOOD, with Ultralytics' settings alpha ½, beta 6): each box chooses the ten candidate anchors with the best
 * metric √score × CIoU⁶; an anchor chosen by several boxes goes to the one it overlaps most, chosen by that one or not; target scores are the metric, scaled
 * so that the box's best anchor gets the box's best overlap.
 *
 * It stands in the same graph as the network, which therefore runs once a batch and hands no activations out; on G × C candidate pairs (see `Candidates`) it costs
 * below 1 % of a step. The alternative, an assignment in TypeScript between two graphs, would run the forward pass twice.
 */
export function assignTargets(predictions: Predictions, candidates: CandidateInputs, anchors: Anchors): Targets {
  const [n, classes] = staticShape(predictions.classLogits) as [number, number];
  const a = anchors.count;
  const { overlap, metric } = alignment(predictions, candidates, anchors);
  const chosen = mul(marked(metric, topK(metric, TOP_K).positions), candidates.valid);
  const positive = settled(chosen, overlap, candidates, n * a);

  const aligned = mul(metric, positive);
  const bestOverlap = reduceMax(mul(overlap, positive), [1], { keep: true });
  const bestMetric = reduceMax(aligned, [1], { keep: true });
  const score = mul(aligned, div(bestOverlap, shift(bestMetric, EPSILON)));

  const perAnchor = (values: Value): Value =>
    stopGradient(reshape(scatter(values, candidates.anchors, { length: n * a, start: 0, reduction: 'add' }), [n, a]));
  const inverse = constant(
    anchors.stride.map((pixels) => 1 / pixels),
    [1, a],
  );
  const corner = (pixels: Value): Value => stopGradient(mul(perAnchor(mul(positive, pixels)), inverse));
  const scores = scatter(score, candidates.scores, { length: n * classes * a, start: 0, reduction: 'add' });
  return {
    scores: stopGradient(reshape(scores, [n, classes, a])),
    weights: perAnchor(score),
    corners: {
      x1: corner(candidates.x1),
      y1: corner(candidates.y1),
      x2: corner(candidates.x2),
      y2: corner(candidates.y2),
    },
  };
}

/** CIoU (not below 0) and alignment metric of every candidate pair, [G, C]. */
function alignment(
  { corners, classLogits }: Predictions,
  candidates: CandidateInputs,
  anchors: Anchors,
): { readonly overlap: Value; readonly metric: Value } {
  const [n, classes] = staticShape(classLogits) as [number, number];
  const a = anchors.count;
  const stride = constant(anchors.stride, [1, a]);
  const predicted = (value: Value): Value => gather(reshape(mul(value, stride), [n * a]), candidates.anchors);
  const found: Corners = {
    x1: predicted(corners.x1),
    y1: predicted(corners.y1),
    x2: predicted(corners.x2),
    y2: predicted(corners.y2),
  };
  const overlap = mul(maximum(ciou(candidates, found), scalar(0)), candidates.valid);
  const score = sigmoid(gather(reshape(classLogits, [n * classes * a]), candidates.scores));
  const squared = square(overlap);
  return { overlap, metric: mul(mul(sqrt(score), candidates.valid), mul(square(squared), squared)) };
}

/** `chosen` [G, C] after contested anchors went to the box of the highest overlap, the first of equal ones. */
function settled(chosen: Value, overlap: Value, candidates: CandidateInputs, length: number): Value {
  const { anchors, valid, row } = candidates;
  const claims = gather(scatter(chosen, anchors, { length, start: 0, reduction: 'add' }), anchors);
  const highest = gather(scatter(overlap, anchors, { length, start: 0, reduction: 'max' }), anchors);
  const fits = and(equal(overlap, highest), greater(valid, scalar(0)));
  const nobody = scalar(1e9);
  const rows = where(fits, row, nobody);
  const owner = gather(scatter(rows, anchors, { length, start: 1e9, reduction: 'min' }), anchors);
  const owned = where(and(fits, equal(owner, row)), scalar(1), scalar(0));
  return where(greater(claims, scalar(1)), owned, chosen);
}
