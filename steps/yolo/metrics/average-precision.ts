import { interpolate } from './interpolate.ts';

/** Guards a division by nothing, as in Ultralytics. */
const EPSILON = 1e-16;
const RECALL_POINTS = 101;

/** Detections of one class over all pictures, best first. */
export interface ClassRanking {
  readonly cls: number;
  /** Labelled boxes. */
  readonly labels: number;
  /** Labelled boxes by picture, [pictures]. */
  readonly labelsOfImage: Uint32Array;
  readonly scores: Float64Array;
  /** Bit t: true positive at IoU threshold t. */
  readonly matches: Uint16Array;
  /** Index of the picture. */
  readonly images: Uint32Array;
}

/** Recall and precision after each detection, best first. */
export interface PrecisionRecall {
  readonly recall: Float64Array;
  readonly precision: Float64Array;
}

/**
 * @param weights how often each picture counts (a bootstrap sample); once each when left out. Detections of weight 0 repeat the point before.
 */
export function precisionRecall(ranking: ClassRanking, threshold: number, weights?: Uint32Array): PrecisionRecall {
  const { matches, images, labelsOfImage } = ranking;
  const labels = weights ? labelsOfImage.reduce((sum, n, i) => sum + n * weights[i]!, 0) : ranking.labels;
  const recall = new Float64Array(matches.length);
  const precision = new Float64Array(matches.length);
  let right = 0;
  let seen = 0;
  for (let d = 0; d < matches.length; d++) {
    const weight = weights ? weights[images[d]!]! : 1;
    seen += weight;
    if ((matches[d]! >> threshold) & 1) right += weight;
    recall[d] = right / (labels + EPSILON);
    precision[d] = seen > 0 ? right / seen : 1;
  }
  return { recall, precision };
}

/**
 * Area under the precision envelope by the trapezoidal rule on 101 recall points; the envelope is 0 beyond the highest recall reached (the rule of
 * Ultralytics 8.4; older versions fell in a straight line to recall 1). Differs from COCO's, which takes steps instead of lines.
 */
export function averagePrecision(curve: PrecisionRecall): number {
  if (curve.recall.length === 0) return 0;
  const envelope = precisionEnvelope(curve);
  let area = 0;
  let before = precisionAt(0, envelope);
  for (let i = 1; i < RECALL_POINTS; i++) {
    const here = precisionAt(i / (RECALL_POINTS - 1), envelope);
    area += (before + here) / 2;
    before = here;
  }
  return area / (RECALL_POINTS - 1);
}

/** The curve with its ends added and made to fall: precision at a recall is the best at that recall or beyond. */
export function precisionEnvelope({ recall, precision }: PrecisionRecall): PrecisionRecall {
  const n = recall.length;
  const xs = new Float64Array(n + 3);
  const ys = new Float64Array(n + 3);
  ys[0] = 1;
  xs.set(recall, 1);
  ys.set(precision, 1);
  xs[n + 1] = recall[n - 1] ?? 1;
  xs[n + 2] = 1;
  for (let i = n; i >= 0; i--) ys[i] = Math.max(ys[i]!, ys[i + 1]!);
  return { recall: xs, precision: ys };
}

export const precisionAt = (recall: number, envelope: PrecisionRecall): number =>
  interpolate(recall, envelope.recall, envelope.precision);
