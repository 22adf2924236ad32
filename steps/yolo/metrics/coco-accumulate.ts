import type { CategoryMatches } from './coco-match.ts';
import { IOU_THRESHOLDS, MAX_DETECTIONS, RECALL_THRESHOLDS, SLICES } from './coco-parameters.ts';

/** One category in one slice; -1 everywhere where the category has no label in it. */
export interface CategoryCurves {
  /** Best precision at a recall or beyond, [thresholds × recalls]. Absent below 100 detections: no figure needs it. */
  readonly precision?: Float64Array;
  /** Highest recall, [thresholds]. */
  readonly recall: Float64Array;
}

/** By slice, in the order of SLICES. */
export function accumulateCategory(matches: CategoryMatches): readonly CategoryCurves[] {
  // Stable: equal scores stay in the order of pictures.
  const order = Uint32Array.from(matches.scores.keys()).sort(
    (a, b) => matches.scores[b]! - matches.scores[a]! || a - b,
  );
  return SLICES.map(({ area, limit }) => {
    const labels = matches.labels[area]!;
    const recall = new Float64Array(IOU_THRESHOLDS.length).fill(-1);
    const precision =
      limit === MAX_DETECTIONS ? new Float64Array(recall.length * RECALL_THRESHOLDS.length).fill(-1) : undefined;
    if (labels > 0) {
      const rows = order.filter((row) => matches.ranks[row]! < limit);
      const bits = { matched: matches.matched[area]!, ignored: matches.ignored[area]! };
      for (let t = 0; t < recall.length; t++) {
        const target = precision?.subarray(t * RECALL_THRESHOLDS.length, (t + 1) * RECALL_THRESHOLDS.length);
        recall[t] = fillCurve({ ...bits, rows, labels, threshold: t }, target);
      }
    }
    return precision ? { precision, recall } : { recall };
  });
}

interface CurveInput {
  readonly matched: Uint16Array;
  readonly ignored: Uint16Array;
  /** Detections best first. */
  readonly rows: Uint32Array;
  readonly labels: number;
  readonly threshold: number;
}

/** Writes the precision at each recall threshold and returns the highest recall. */
function fillCurve({ matched, ignored, rows, labels, threshold }: CurveInput, target?: Float64Array): number {
  const bit = 1 << threshold;
  // Only a hit moves the recall; precision matters at hits alone, as the envelope takes the best to the right.
  const precisionAtHit = new Float64Array(Math.min(rows.length, matched.length));
  let hits = 0;
  let misses = 0;
  for (const row of rows) {
    if (ignored[row]! & bit) continue;
    if (matched[row]! & bit) {
      hits += 1;
      precisionAtHit[hits - 1] = hits / (misses + hits + Number.EPSILON);
    } else misses += 1;
  }
  if (target) {
    for (let h = hits - 1; h > 0; h--) precisionAtHit[h - 1] = Math.max(precisionAtHit[h - 1]!, precisionAtHit[h]!);
    let h = 0;
    for (const [r, wanted] of RECALL_THRESHOLDS.entries()) {
      while (h < hits && (h + 1) / labels < wanted) h += 1;
      target[r] = h < hits ? precisionAtHit[h]! : 0;
    }
  }
  return hits / labels;
}
