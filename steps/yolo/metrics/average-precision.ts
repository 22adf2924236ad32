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

/** Pictures drawn with replacement. */
export interface Resample {
  /** How often each picture was drawn, [pictures]. */
  readonly weights: Uint32Array;
  /** Labelled boxes of the class on them. */
  readonly labels: number;
}

/** Recall and precision after each detection, best first. */
export interface PrecisionRecall {
  readonly recall: Float64Array;
  readonly precision: Float64Array;
}

export function precisionRecall({ matches, labels }: ClassRanking, threshold: number): PrecisionRecall {
  const recall = new Float64Array(matches.length);
  const precision = new Float64Array(matches.length);
  let right = 0;
  for (let d = 0; d < matches.length; d++) {
    right += (matches[d]! >> threshold) & 1;
    recall[d] = right / (labels + EPSILON);
    precision[d] = right / (d + 1);
  }
  return { recall, precision };
}

/**
 * The precision envelope, one point a true positive: the recall reached with it, and the best precision at that recall or beyond.
 *
 * @param sample pictures counted other than once each.
 */
export function precisionEnvelope(ranking: ClassRanking, threshold: number, sample?: Resample): PrecisionRecall {
  const { matches, images } = ranking;
  const weights = sample?.weights;
  const labels = sample?.labels ?? ranking.labels;
  // A label is found once at most.
  const most = Math.min(matches.length, ranking.labels);
  const recall = new Float64Array(most);
  const precision = new Float64Array(most);
  let points = 0;
  let right = 0;
  let seen = 0;
  for (let d = 0; d < matches.length; d++) {
    const weight = weights ? weights[images[d]!]! : 1;
    seen += weight;
    if (weight === 0 || ((matches[d]! >> threshold) & 1) === 0) continue;
    right += weight;
    recall[points] = right / (labels + EPSILON);
    precision[points] = right / seen;
    points += 1;
  }
  for (let i = points - 1; i > 0; i--) precision[i - 1] = Math.max(precision[i - 1]!, precision[i]!);
  return { recall: recall.subarray(0, points), precision: precision.subarray(0, points) };
}

/**
 * Precision at recall 0, 1 / (points - 1) … 1: that of the first true positive beyond; 0 from the highest recall on (the rule of Ultralytics 8.4; older
 * versions fell in a straight line to recall 1).
 */
export function sampleEnvelope({ recall, precision }: PrecisionRecall, points: number): Float64Array {
  const sampled = new Float64Array(points);
  let next = 0;
  for (let i = 0; i < points; i++) {
    while (next < recall.length && recall[next]! <= i / (points - 1)) next += 1;
    if (next === recall.length) break;
    sampled[i] = precision[next]!;
  }
  return sampled;
}

/** Area under the envelope by the trapezoidal rule on 101 recall points. COCO's is the mean of 101 points, each at its recall *or* beyond. */
export function averagePrecision(envelope: PrecisionRecall): number {
  const sampled = sampleEnvelope(envelope, RECALL_POINTS);
  let sum = -(sampled[0]! + sampled[RECALL_POINTS - 1]!) / 2;
  for (const value of sampled) sum += value;
  return sum / (RECALL_POINTS - 1);
}
