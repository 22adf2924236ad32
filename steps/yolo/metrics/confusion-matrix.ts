import { iou } from './iou.ts';
import type { ScoredImage } from './match.ts';

const CONFIDENCE = 0.25;
const IOU = 0.45;

/** Who was taken for whom, at confidence .25 and IoU .45. */
export interface ConfusionMatrix {
  /** Class names, then `background`. */
  readonly labels: readonly string[];
  /** [predicted][true]: the last row counts boxes that were missed, the last column boxes that were found where there is nothing. */
  readonly counts: readonly (readonly number[])[];
}

/**
 * Pairs boxes whatever their class: a detection goes to the label it overlaps most, a label to the detection that overlaps it most
 * (Ultralytics' rule and settings). Pictures without a pair count like any other.
 */
export function confusionMatrix(images: readonly ScoredImage[], names: readonly string[]): ConfusionMatrix {
  const background = names.length;
  const counts = Array.from({ length: background + 1 }, () => new Array<number>(background + 1).fill(0));
  for (const { truths, detections } of images) {
    const sure = detections.filter(({ score }) => score > CONFIDENCE);
    const partner = new Map<number, { detection: number; overlap: number }>();
    for (const [d, detection] of sure.entries()) {
      let best = { truth: -1, overlap: IOU };
      for (const [t, truth] of truths.entries()) {
        const overlap = iou(detection, truth);
        if (overlap > best.overlap) best = { truth: t, overlap };
      }
      const rival = partner.get(best.truth);
      if (best.truth >= 0 && (!rival || best.overlap > rival.overlap)) {
        partner.set(best.truth, { detection: d, overlap: best.overlap });
      }
    }
    const paired = new Set([...partner.values()].map(({ detection }) => detection));
    for (const [t, truth] of truths.entries()) {
      const found = partner.get(t);
      counts[found ? sure[found.detection]!.cls : background]![truth.cls]! += 1;
    }
    for (const [d, { cls }] of sure.entries()) if (!paired.has(d)) counts[cls]![background]! += 1;
  }
  return { labels: [...names, 'background'], counts };
}

/** Each column divided by its sum: of all boxes that truly are X, the part that was called Y. Columns without boxes stay 0. */
export function normalizeColumns(counts: ConfusionMatrix['counts']): number[][] {
  const sums = counts.map((_, column) => counts.reduce((sum, row) => sum + row[column]!, 0));
  return counts.map((row) => row.map((n, column) => (sums[column]! > 0 ? n / sums[column]! : 0)));
}
