import type { Digest, DirectoryRef, FileRef } from 'sluice';
import type { Bootstrap } from './bootstrap.ts';
import type { COCO_STATISTICS } from './coco-eval.ts';
import type { ConfusionMatrix } from './confusion-matrix.ts';
import type { DetectionMetrics } from './detection.ts';
import type { Speed } from './validate.ts';

/** COCOeval's twelve figures by name; null where the set has no label to measure one on. */
export type CocoStatistics = Readonly<Record<(typeof COCO_STATISTICS)[number], number | null>>;

/** Figures of one set of weights on the evaluation set. */
export interface WeightsScore {
  readonly metrics: DetectionMetrics;
  readonly coco: CocoStatistics;
}

/** What an evaluation leaves. Equal inputs give equal values in every field but `speed`. */
export interface Evaluation extends WeightsScore {
  /** The starting weights on the same pictures; null without any, and where they know none of the classes. */
  readonly baseline: WeightsScore | null;
  /** 95 % intervals by resampling the pictures; null where there are too few to resample. */
  readonly bootstrap: Bootstrap | null;
  readonly confusion: ConfusionMatrix;
  readonly curves: CurveData;
  /** Digest of the pictures, their boxes and the class names: figures may be compared where it is equal, and only there. */
  readonly evaluationSet: Digest;
  /** SHA-256 of the weights file. */
  readonly modelDigest: Digest;
  readonly set: { readonly images: number; readonly instances: number; readonly imgsz: number };
  /** Charts (PNG and SVG) and pictures with boxes, under Ultralytics' names. */
  readonly plots: DirectoryRef;
  /** Detections in COCO's format, and the ground truth they are scored against. */
  readonly predictions: FileRef;
  readonly groundTruth: FileRef;
  /** Measured, hence the one field that differs from run to run. */
  readonly speed: EvaluationSpeed;
}

export interface EvaluationSpeed extends Speed {
  /** Highest resident memory of the process until now, in MiB. */
  readonly peakMemory: number;
}

/** Curves for drawing, rounded to four decimals: point i of 1000 is at confidence (for `precisionAtRecall`: recall) i / 999. IoU .50. */
export interface CurveData {
  readonly mean: CurveColumns;
  readonly classes: readonly (CurveColumns & { readonly name: string })[];
}

interface CurveColumns {
  readonly precision: readonly number[];
  readonly recall: readonly number[];
  readonly f1: readonly number[];
  readonly precisionAtRecall: readonly number[];
}
