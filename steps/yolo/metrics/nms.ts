/** How many boxes an image may give, and from which score on. The defaults are Ultralytics' for validation. */
export interface NmsOptions {
  /** Candidates must score more than this. */
  readonly confidence?: number;
  /** A box is dropped where it overlaps a better one of its class by more than this IoU. */
  readonly iou?: number;
  /** Boxes kept, best first. */
  readonly maxDetections?: number;
  /** Candidates looked at, best first: a bound on the work for an untrained head. */
  readonly maxCandidates?: number;
}

export const VALIDATION_NMS = {
  confidence: 0.001,
  iou: 0.7,
  maxDetections: 300,
  maxCandidates: 30_000,
} as const satisfies Required<NmsOptions>;

/** Kept boxes, best first. Row i is `boxes[4 i … 4 i + 3]` = x1, y1, x2, y2 in pixels of the network's input. */
export interface NmsResult {
  readonly count: number;
  /** [count × 4] */
  readonly boxes: Float64Array;
  readonly scores: Float32Array;
  readonly classes: Uint16Array;
}

/**
 * Non-maximum suppression, class by class, on the raw output of one picture.
 *
 * @param output predictions [4 + classes, anchors] of one picture: centre x, centre y, width, height in pixels, then scores 0..1.
 */
export function nonMaxSuppression(output: Float32Array, classes: number, options: NmsOptions = {}): NmsResult {
  const { confidence, iou, maxDetections, maxCandidates } = { ...VALIDATION_NMS, ...options };
  const anchors = output.length / (4 + classes);
  const candidates = findCandidates(output, { anchors, confidence });
  const order = bestFirst(candidates).subarray(0, maxCandidates);

  const boxes = new Float64Array(4 * maxDetections);
  const scores = new Float32Array(maxDetections);
  const keptClasses = new Uint16Array(maxDetections);
  // Kept boxes of one class, by their row: a candidate is compared with those alone.
  const rowsOfClass = Array.from({ length: classes }, (): number[] => []);
  let count = 0;
  for (const candidate of order) {
    if (count === maxDetections) break;
    const anchor = candidates.anchors[candidate]!;
    const cls = candidates.classes[candidate]!;
    const rows = rowsOfClass[cls]!;
    const halfWidth = output[2 * anchors + anchor]! / 2;
    const halfHeight = output[3 * anchors + anchor]! / 2;
    const row = 4 * count;
    boxes[row] = output[anchor]! - halfWidth;
    boxes[row + 1] = output[anchors + anchor]! - halfHeight;
    boxes[row + 2] = output[anchor]! + halfWidth;
    boxes[row + 3] = output[anchors + anchor]! + halfHeight;
    if (rows.some((kept) => overlap(boxes, 4 * kept, row) > iou)) continue;
    rows.push(count);
    scores[count] = candidates.scores[candidate]!;
    keptClasses[count] = cls;
    count += 1;
  }
  return {
    count,
    boxes: boxes.subarray(0, 4 * count),
    scores: scores.subarray(0, count),
    classes: keptClasses.subarray(0, count),
  };
}

interface Candidates {
  readonly scores: Float32Array;
  readonly anchors: Uint32Array;
  readonly classes: Uint16Array;
}

/** Every (anchor, class) above the confidence: one anchor may stand for several classes (Ultralytics' multi-label rule). */
function findCandidates(
  output: Float32Array,
  { anchors, confidence }: { anchors: number; confidence: number },
): Candidates {
  // Counting first costs less than growing arrays: there are several hundred thousand scores and few candidates.
  const first = 4 * anchors;
  let count = 0;
  for (let i = first; i < output.length; i++) if (output[i]! > confidence) count += 1;
  const found = { scores: new Float32Array(count), anchors: new Uint32Array(count), classes: new Uint16Array(count) };
  for (let i = first, next = 0; next < count; i++) {
    if (!(output[i]! > confidence)) continue;
    found.scores[next] = output[i]!;
    found.anchors[next] = i % anchors;
    found.classes[next] = Math.floor(i / anchors) - 4;
    next += 1;
  }
  return found;
}

/** Indices by falling score; equal scores in the order of anchors, then of classes. */
function bestFirst({ scores, anchors, classes }: Candidates): Uint32Array {
  return Uint32Array.from(scores.keys()).sort(
    (a, b) => scores[b]! - scores[a]! || anchors[a]! - anchors[b]! || classes[a]! - classes[b]!,
  );
}

/** IoU of the boxes that begin at `a` and `b`. */
function overlap(boxes: Float64Array, a: number, b: number): number {
  const width = Math.min(boxes[a + 2]!, boxes[b + 2]!) - Math.max(boxes[a]!, boxes[b]!);
  const height = Math.min(boxes[a + 3]!, boxes[b + 3]!) - Math.max(boxes[a + 1]!, boxes[b + 1]!);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  const areaA = (boxes[a + 2]! - boxes[a]!) * (boxes[a + 3]! - boxes[a + 1]!);
  const areaB = (boxes[b + 2]! - boxes[b]!) * (boxes[b + 3]! - boxes[b + 1]!);
  return both / (areaA + areaB - both);
}
