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
 * Which detections are true positives, at every IoU threshold: bit t of entry d is detection d at threshold t. Best-scored first, each detection takes the
 * free label of its class that it overlaps most, if by the threshold at least.
 */
export function matchDetections({ truths, detections }: ScoredImage): Uint16Array {
  const matches = new Uint16Array(detections.length);
  // Bit t: the label is taken at threshold t.
  const taken = new Uint16Array(truths.length);
  for (const [d, detection] of detections.entries()) {
    const overlaps = truths.map((truth) => (truth.cls === detection.cls ? iou(detection, truth) : 0));
    for (const [t, threshold] of IOU_THRESHOLDS.entries()) {
      let best = -1;
      for (const [label, overlap] of overlaps.entries()) {
        const free = (taken[label]! & (1 << t)) === 0;
        if (free && overlap >= threshold && (best < 0 || overlap > overlaps[best]!)) best = label;
      }
      if (best < 0) continue;
      taken[best]! |= 1 << t;
      matches[d]! |= 1 << t;
    }
  }
  return matches;
}
