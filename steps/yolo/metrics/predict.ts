import { fromFrame, type LetterboxTransform } from '../data/letterbox.ts';
import type { Detection } from './detection.ts';
import { type NmsOptions, nonMaxSuppression } from './nms.ts';

export interface PredictOptions {
  /** N of the output. */
  readonly batch: number;
  readonly classes: number;
  /** How the pictures were laid into the frame. Fewer than N where a last batch was filled up. */
  readonly placements: readonly LetterboxTransform[];
  readonly nms?: NmsOptions;
}

/**
 * The output of a detection network as boxes on the original pictures, best first, cut at the pictures' edges.
 *
 * @param output [N, 4 + classes, anchors]: centre x, centre y, width, height in pixels of the frame, then scores 0..1.
 */
export function predictionsToDetections(
  output: Float32Array,
  { batch, classes, placements, nms }: PredictOptions,
): readonly (readonly Detection[])[] {
  const length = output.length / batch;
  return placements.map((placement, n) => {
    const found = nonMaxSuppression(output.subarray(n * length, (n + 1) * length), classes, nms);
    return Array.from({ length: found.count }, (_, i) => {
      const [x1, y1, x2, y2] = found.boxes.subarray(4 * i, 4 * i + 4) as unknown as [number, number, number, number];
      return { ...fromFrame({ x1, y1, x2, y2 }, placement), score: found.scores[i]!, cls: found.classes[i]! };
    });
  });
}
