import type { Detection, GroundTruth } from './detection.ts';
import { iou } from './iou.ts';

/** IoU .50, .55 … .95. */
export const IOU_THRESHOLDS: readonly number[] = Array.from({ length: 10 }, (_, i) => (50 + 5 * i) / 100);

/** The labelled and the found boxes of one picture. */
export interface ScoredImage {
  readonly truths: readonly GroundTruth[];
  /** Best first. */
  readonly detections: readonly Detection[];
}

/**
 * Which detections are true positives, at every IoU threshold: bit t of entry d is detection d at threshold t.
 *
 * Ultralytics' rule, not COCO's: a detection claims the one label of its class that it overlaps most; of several that claim the same label, the
 * best-scored is right and the others are false, even where a second label would have been free.
 */
export function matchDetections({ truths, detections }: ScoredImage): Uint16Array {
  const matches = new Uint16Array(detections.length);
  const taken = new Uint16Array(truths.length);
  for (const [d, detection] of detections.entries()) {
    const best = bestLabel(detection, truths);
    if (!best) continue;
    for (const [t, threshold] of IOU_THRESHOLDS.entries()) {
      if (best.iou < threshold || taken[best.index]! & (1 << t)) continue;
      taken[best.index]! |= 1 << t;
      matches[d]! |= 1 << t;
    }
  }
  return matches;
}

function bestLabel(detection: Detection, truths: readonly GroundTruth[]): { index: number; iou: number } | undefined {
  let best: { index: number; iou: number } | undefined;
  for (const [index, truth] of truths.entries()) {
    if (truth.cls !== detection.cls) continue;
    const overlap = iou(detection, truth);
    if (overlap > 0 && (!best || overlap > best.iou)) best = { index, iou: overlap };
  }
  return best;
}
