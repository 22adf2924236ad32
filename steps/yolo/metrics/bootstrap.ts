import { Random } from '../nn/random.ts';
import { averagePrecision, type ClassRanking, precisionEnvelope } from './average-precision.ts';
import { IOU_THRESHOLDS, type ScoredImage } from './match.ts';
import { rankByClass } from './rank-by-class.ts';

/** Middle 95 % of the resampled values. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface MeanAveragePrecision<T> {
  readonly mAP50: T;
  readonly mAP50_95: T;
}

export interface Bootstrap {
  readonly resamples: number;
  readonly model: MeanAveragePrecision<Interval>;
  /** Of model minus baseline, both on the same resampled pictures; null without a baseline. */
  readonly difference: MeanAveragePrecision<Interval> | null;
}

export interface BootstrapOptions {
  readonly model: readonly ScoredImage[];
  /** The same pictures in the same order. */
  readonly baseline: readonly ScoredImage[] | null;
  readonly classes: number;
  readonly seed?: number;
}

const RESAMPLES = 1000;
const FEWEST_RESAMPLES = 100;
/** Recall points of an average precision: what a class costs beside its detections. */
const POINTS = 101;
/** Detections and points × thresholds looked at in all: a few seconds. */
const WORK = 1.5e8;

/**
 * How far mAP would move on other pictures of the same kind: percentile bootstrap over pictures (Efron 1979), seeded. The difference to the baseline is
 * paired, so that a hard picture, hard for both, does not count as noise.
 *
 * @returns null below two pictures, of which there is nothing to resample.
 */
export function bootstrap({ model, baseline, classes, seed = 0 }: BootstrapOptions): Bootstrap | null {
  const pictures = model.length;
  if (pictures < 2) return null;
  const ours = rankByClass(model, classes).map(trimmed);
  const theirs = baseline && rankByClass(baseline, classes).map(trimmed);
  const size = [...ours, ...(theirs ?? [])].reduce((sum, { scores }) => sum + scores.length + POINTS, 0);
  const affordable = Math.floor(WORK / Math.max(1, size * IOU_THRESHOLDS.length));
  const resamples = Math.min(RESAMPLES, Math.max(FEWEST_RESAMPLES, affordable));
  const random = new Random(seed, pictures);
  const values: MeanAveragePrecision<number>[] = [];
  const differences: MeanAveragePrecision<number>[] = [];
  for (let r = 0; r < resamples; r++) {
    const weights = new Uint32Array(pictures);
    for (let n = 0; n < pictures; n++) weights[random.below(pictures)]! += 1;
    const value = meanAveragePrecision(ours, weights);
    // A sample of backgrounds alone has no mAP.
    if (!value) continue;
    values.push(value);
    const other = theirs && meanAveragePrecision(theirs, weights);
    if (other) {
      differences.push({ mAP50: value.mAP50 - other.mAP50, mAP50_95: value.mAP50_95 - other.mAP50_95 });
    }
  }
  return { resamples, model: intervals(values), difference: theirs ? intervals(differences) : null };
}

function meanAveragePrecision(
  rankings: readonly ClassRanking[],
  weights: Uint32Array,
): MeanAveragePrecision<number> | undefined {
  let classes = 0;
  let at50 = 0;
  let all = 0;
  for (const ranking of rankings) {
    const labels = ranking.labelsOfImage.reduce((sum, n, i) => sum + n * weights[i]!, 0);
    if (labels === 0) continue;
    classes += 1;
    for (let t = 0; t < IOU_THRESHOLDS.length; t++) {
      const area = averagePrecision(precisionEnvelope(ranking, t, { weights, labels }));
      if (t === 0) at50 += area;
      all += area;
    }
  }
  return classes === 0 ? undefined : { mAP50: at50 / classes, mAP50_95: all / classes / IOU_THRESHOLDS.length };
}

/** Without the detections after the last true positive: they move no envelope, and are most of them. */
function trimmed(ranking: ClassRanking): ClassRanking {
  const end = ranking.matches.findLastIndex((match) => match > 0) + 1;
  const { scores, matches, images } = ranking;
  return {
    ...ranking,
    scores: scores.subarray(0, end),
    matches: matches.subarray(0, end),
    images: images.subarray(0, end),
  };
}

const intervals = (values: readonly MeanAveragePrecision<number>[]): MeanAveragePrecision<Interval> => ({
  mAP50: interval(values.map(({ mAP50 }) => mAP50)),
  mAP50_95: interval(values.map(({ mAP50_95 }) => mAP50_95)),
});

function interval(values: readonly number[]): Interval {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (part: number): number => {
    const place = part * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
  };
  return { low: at(0.025), high: at(0.975) };
}
