import type { ClassRanking } from './average-precision.ts';
import { matchDetections, type ScoredImage } from './match.ts';

/**
 * The detections of each class that has labels, over all pictures, best first (equal scores in the order of the pictures). Classes without a label
 * are left out: no recall, hence no average precision, is defined for them.
 */
export function rankByClass(images: readonly ScoredImage[], classes: number): readonly ClassRanking[] {
  const rows: { score: number; match: number; image: number }[][] = Array.from({ length: classes }, () => []);
  const labels = Array.from({ length: classes }, () => new Uint32Array(images.length));
  for (const [image, scored] of images.entries()) {
    for (const { cls } of scored.truths) labels[cls]![image]! += 1;
    const matches = matchDetections(scored);
    for (const [d, { cls, score }] of scored.detections.entries())
      rows[cls]!.push({ score, match: matches[d]!, image });
  }
  return rows.flatMap((found, cls) => {
    const labelsOfImage = labels[cls]!;
    const total = labelsOfImage.reduce((sum, n) => sum + n, 0);
    if (total === 0) return [];
    found.sort((a, b) => b.score - a.score);
    return {
      cls,
      labels: total,
      labelsOfImage,
      scores: Float64Array.from(found, (row) => row.score),
      matches: Uint16Array.from(found, (row) => row.match),
      images: Uint32Array.from(found, (row) => row.image),
    };
  });
}
