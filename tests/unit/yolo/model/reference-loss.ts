import { type Anchors, anchorsOf } from '../../../../steps/yolo/model/anchors.ts';

/**
 * Assignment and loss of YOLOv8 once more, in plain loops over every (box, anchor) pair and in double precision, written from the published rules and
 * not from the graph: what the graph's results are held against.
 */

export interface ReferencePredictions {
  readonly size: readonly [number, number];
  readonly classes: number;
  /** Per picture: class logits [classes × A], corners in strides [A] each, bin logits [4 × 16 × A]. */
  readonly pictures: readonly {
    readonly classLogits: Float32Array;
    readonly corners: readonly (readonly number[])[];
    readonly distanceLogits: Float32Array;
  }[];
  /** Per picture: class, centre x, centre y, width, height, normalised. */
  readonly targets: readonly Float32Array[];
}

export interface ReferenceTargets {
  /** [N][classes × A] */
  readonly scores: Float64Array[];
  /** [N][A]: index of the box that the anchor answers for, -1 for background. */
  readonly owners: Int32Array[];
}

type Box = readonly [number, number, number, number];

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export function ciouOf(a: Box, b: Box): number {
  const eps = 1e-7;
  const [w1, h1, w2, h2] = [a[2] - a[0], a[3] - a[1] + eps, b[2] - b[0], b[3] - b[1] + eps];
  const inter =
    Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const iou = inter / (w1 * h1 + w2 * h2 - inter + eps);
  const diagonal =
    (Math.max(a[2], b[2]) - Math.min(a[0], b[0])) ** 2 + (Math.max(a[3], b[3]) - Math.min(a[1], b[1])) ** 2;
  const centres = ((b[0] + b[2] - a[0] - a[2]) ** 2 + (b[1] + b[3] - a[1] - a[3]) ** 2) / 4;
  const v = (4 / Math.PI ** 2) * (Math.atan(w2 / h2) - Math.atan(w1 / h1)) ** 2;
  return iou - centres / (diagonal + eps) - (v * v) / (1 - iou + v + eps);
}

function boxesOf(rows: Float32Array, [height, width]: readonly [number, number]): { cls: number; box: Box }[] {
  return Array.from({ length: rows.length / 5 }, (_, i) => {
    const [cls, cx, cy, w, h] = rows.subarray(5 * i, 5 * i + 5) as unknown as [number, number, number, number, number];
    return { cls, box: [(cx - w / 2) * width, (cy - h / 2) * height, (cx + w / 2) * width, (cy + h / 2) * height] };
  });
}

/** The test for candidates: sides under 16 px count as 16. */
function contains([x1, y1, x2, y2]: Box, x: number, y: number): boolean {
  const inside = (low: number, high: number, at: number): boolean => {
    const half = Math.max(high - low, 16) / 2;
    return Math.abs(at - (low + high) / 2) < half - 1e-9;
  };
  return inside(x1, x2, x) && inside(y1, y2, y);
}

export function referenceTargets({ size, classes, pictures, targets }: ReferencePredictions): ReferenceTargets {
  const anchors = anchorsOf(size, [8, 16, 32]);
  const results = pictures.map((picture, n) => {
    const boxes = boxesOf(targets[n]!, size);
    const { overlaps, metrics, candidate } = pairs(picture, boxes, anchors);
    const chosen = metrics.map((row, g) => {
      const order = [...row.keys()].filter((a) => candidate[g]![a]).sort((a, b) => row[b]! - row[a]! || a - b);
      return new Set(order.slice(0, 10));
    });
    const owners = new Int32Array(anchors.count).fill(-1);
    for (let a = 0; a < anchors.count; a++) {
      const claims = boxes.flatMap((_, g) => (chosen[g]!.has(a) ? [g] : []));
      if (claims.length === 1) owners[a] = claims[0]!;
      if (claims.length < 2) continue;
      const rivals = [...boxes.keys()].filter((g) => candidate[g]![a]);
      owners[a] = rivals.reduce((best, g) => (overlaps[g]![a]! > overlaps[best]![a]! ? g : best));
    }
    const scores = new Float64Array(classes * anchors.count);
    boxes.forEach(({ cls }, g) => {
      const mine = [...owners.keys()].filter((a) => owners[a] === g);
      const bestMetric = Math.max(0, ...mine.map((a) => metrics[g]![a]!));
      const bestOverlap = Math.max(0, ...mine.map((a) => overlaps[g]![a]!));
      for (const a of mine) scores[cls * anchors.count + a] = (metrics[g]![a]! * bestOverlap) / (bestMetric + 1e-9);
    });
    return { scores, owners };
  });
  return { scores: results.map(({ scores }) => scores), owners: results.map(({ owners }) => owners) };
}

function pairs(
  { classLogits, corners }: ReferencePredictions['pictures'][number],
  boxes: readonly { cls: number; box: Box }[],
  anchors: Anchors,
): { overlaps: number[][]; metrics: number[][]; candidate: boolean[][] } {
  const all = Array.from({ length: anchors.count }, (_, a) => a);
  const predicted = all.map((a) => corners.map((side) => side[a]! * anchors.stride[a]!) as unknown as Box);
  const candidate = boxes.map(({ box }) =>
    all.map((a) => contains(box, anchors.x[a]! * anchors.stride[a]!, anchors.y[a]! * anchors.stride[a]!)),
  );
  const overlaps = boxes.map(({ box }, g) =>
    all.map((a) => (candidate[g]![a] ? Math.max(0, ciouOf(box, predicted[a]!)) : 0)),
  );
  const metrics = boxes.map(({ cls }, g) =>
    all.map((a) => Math.sqrt(sigmoid(classLogits[cls * anchors.count + a]!)) * overlaps[g]![a]! ** 6),
  );
  return { overlaps, metrics, candidate };
}

/** box, cls, dfl with gains 1. */
export function referenceLoss(predictions: ReferencePredictions): readonly [number, number, number] {
  const { size, classes, pictures, targets } = predictions;
  const anchors = anchorsOf(size, [8, 16, 32]);
  const { scores, owners } = referenceTargets(predictions);
  const divisor = Math.max(
    1,
    scores.reduce((sum, row) => sum + row.reduce((a, b) => a + b, 0), 0),
  );
  let [box, cls, dfl] = [0, 0, 0];
  pictures.forEach(({ classLogits, corners, distanceLogits }, n) => {
    const boxes = boxesOf(targets[n]!, size);
    classLogits.forEach((x, i) => {
      cls += Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))) - x * scores[n]![i]!;
    });
    owners[n]!.forEach((g, a) => {
      if (g < 0) return;
      let weight = 0;
      for (let c = 0; c < classes; c++) weight += scores[n]![c * anchors.count + a]!;
      const target = boxes[g]!.box.map((pixels) => pixels / anchors.stride[a]!) as unknown as Box;
      box += weight * (1 - ciouOf(corners.map((side) => side[a]!) as unknown as Box, target));
      const [x, y] = [anchors.x[a]!, anchors.y[a]!];
      const distances = [x - target[0], y - target[1], target[2] - x, target[3] - y];
      distances.forEach((distance, side) => {
        const clamped = Math.min(Math.max(distance, 0), 14.99);
        const low = Math.floor(clamped);
        const bin = (i: number): number => distanceLogits[(side * 16 + i) * anchors.count + a]!;
        const total = Math.log(Array.from({ length: 16 }, (_, i) => Math.exp(bin(i))).reduce((p, q) => p + q, 0));
        const entropy = (low + 1 - clamped) * (total - bin(low)) + (clamped - low) * (total - bin(low + 1));
        dfl += (weight * entropy) / 4;
      });
    });
  });
  return [box / divisor, cls / divisor, dfl / divisor];
}
