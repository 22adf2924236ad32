import type { Detection, GroundTruth } from '../../../../steps/yolo/metrics/detection.ts';
import type { ScoredImage } from '../../../../steps/yolo/metrics/match.ts';

/** A square of 10 pixels that begins at (x, 0). */
export const square = (x: number, cls = 0): GroundTruth => ({ x1: x, y1: 0, x2: x + 10, y2: 10, cls });

/** The square at x, found. */
export const found = (x: number, score: number, cls = 0): Detection => ({ ...square(x, cls), score });

/** A picture; its detections are put in order. */
export const picture = (truths: readonly GroundTruth[], detections: readonly Detection[]): ScoredImage => ({
  truths,
  detections: detections.toSorted((a, b) => b.score - a.score),
});
