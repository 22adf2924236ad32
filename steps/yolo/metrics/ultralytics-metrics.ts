import { inputError } from 'sluice';
import {
  averagePrecision,
  type ClassRanking,
  precisionEnvelope,
  precisionRecall,
  sampleEnvelope,
} from './average-precision.ts';
import type { DetectionMetrics } from './detection.ts';
import { interpolate } from './interpolate.ts';
import { IOU_THRESHOLDS, type ScoredImage } from './match.ts';
import { rankByClass } from './rank-by-class.ts';

/** Points of every curve: 0, 1/999 … 1. */
export const CURVE_POINTS = 1000;
/** Width of the box that smooths the mean F1 curve before its top is taken, as a part of the whole. */
const SMOOTHING = 0.1;
const EPSILON = 1e-16;

/** Curves of one class, or their mean over the classes with labels: [1000] each, at IoU .50. */
export interface ClassCurves {
  readonly name: string;
  /** At confidence i / 999. */
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly f1: Float64Array;
  /** Precision at recall i / 999. */
  readonly precisionAtRecall: Float64Array;
}

export interface DetectionScores {
  readonly metrics: DetectionMetrics;
  /** In the order of `metrics.perClass`. */
  readonly curves: readonly ClassCurves[];
  readonly mean: ClassCurves;
}

/**
 * Precision, recall, F1 and average precision as Ultralytics 8.4 reports them: means over the classes that have labels; precision, recall and F1 at the
 * confidence where the smoothed mean F1 is highest.
 *
 * @throws ERR_INPUT when no picture has a label: nothing is defined then, and 0 would be a lie.
 */
export function ultralyticsMetrics(images: readonly ScoredImage[], names: readonly string[]): DetectionScores {
  const rankings = rankByClass(images, names.length);
  if (rankings.length === 0) {
    throw inputError(
      `None of the ${images.length} validation pictures has a labelled box, so precision, recall and mAP are undefined.`,
      'Give the validation split pictures with labels, or another split.',
    );
  }
  const curves = rankings.map((ranking) => curvesOf(ranking, names[ranking.cls]!));
  const mean = meanCurves(curves);
  const best = indexOfMaximum(smooth(mean.f1, SMOOTHING));
  const perClass = rankings.map((ranking, i) => {
    const precisions = IOU_THRESHOLDS.map((_, t) => averagePrecision(precisionEnvelope(ranking, t)));
    return {
      name: names[ranking.cls]!,
      images: ranking.labelsOfImage.filter((n) => n > 0).length,
      instances: ranking.labels,
      precision: curves[i]!.precision[best]!,
      recall: curves[i]!.recall[best]!,
      mAP50: precisions[0]!,
      mAP50_95: average(precisions),
    };
  });
  const metrics = {
    precision: average(perClass.map((row) => row.precision)),
    recall: average(perClass.map((row) => row.recall)),
    mAP50: average(perClass.map((row) => row.mAP50)),
    mAP50_95: average(perClass.map((row) => row.mAP50_95)),
    f1: mean.f1[best]!,
    confidence: best / (CURVE_POINTS - 1),
    perClass,
  };
  return { metrics, curves, mean };
}

function curvesOf(ranking: ClassRanking, name: string): ClassCurves {
  const empty = ranking.scores.length === 0;
  const curve = precisionRecall(ranking, 0);
  // Ascending for the interpolation: the highest score first, as its negative.
  const negated = ranking.scores.map((score) => -score);
  // Above the best score nothing is found: recall 0, and nothing is wrong: precision 1. A class never found at all counts 0 for both.
  const precision = sample((x) => (empty ? 0 : interpolate(-x, negated, curve.precision, { left: 1 })));
  const recall = sample((x) => (empty ? 0 : interpolate(-x, negated, curve.recall, { left: 0 })));
  return {
    name,
    precision,
    recall,
    f1: precision.map((p, i) => (2 * p * recall[i]!) / (p + recall[i]! + EPSILON)),
    precisionAtRecall: sampleEnvelope(precisionEnvelope(ranking, 0), CURVE_POINTS),
  };
}

const sample = (at: (x: number) => number): Float64Array =>
  Float64Array.from({ length: CURVE_POINTS }, (_, i) => at(i / (CURVE_POINTS - 1)));

function meanCurves(curves: readonly ClassCurves[]): ClassCurves {
  const mean = (pick: (curve: ClassCurves) => Float64Array): Float64Array =>
    Float64Array.from({ length: CURVE_POINTS }, (_, i) => average(curves.map((curve) => pick(curve)[i]!)));
  return {
    name: 'all classes',
    precision: mean((curve) => curve.precision),
    recall: mean((curve) => curve.recall),
    f1: mean((curve) => curve.f1),
    precisionAtRecall: mean((curve) => curve.precisionAtRecall),
  };
}

/** Moving mean over `part` of the length (an odd number of points); the ends are continued with their own value. */
function smooth(values: Float64Array, part: number): Float64Array {
  const reach = Math.floor(Math.round(values.length * part) / 2);
  const at = (i: number): number => values[Math.min(Math.max(i, 0), values.length - 1)]!;
  return values.map((_, i) => {
    // Summed afresh: a running sum would drift, and the top of a plateau would depend on it.
    let sum = 0;
    for (let j = i - reach; j <= i + reach; j++) sum += at(j);
    return sum / (2 * reach + 1);
  });
}

const indexOfMaximum = (values: Float64Array): number => values.reduce((top, v, i) => (v > values[top]! ? i : top), 0);

const average = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
