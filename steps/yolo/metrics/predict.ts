import type { Detection } from './detection.ts';
import { type NmsOptions, nonMaxSuppression } from './nms.ts';

/** How a picture was laid into the network's input: scaled by `gain`, then moved right and down by the padding. */
export interface Placement {
  /** Pixels of the original picture. */
  readonly width: number;
  readonly height: number;
  /** Pixels of the input per pixel of the original. */
  readonly gain: number;
  /** Pixels of the input left of and above the picture. */
  readonly padX: number;
  readonly padY: number;
}

/**
 * The output of a detection network as boxes on the original pictures, best first, cut at the pictures' edges.
 *
 * @param output [N, 4 + classes, anchors]: centre x, centre y, width, height in pixels of the input, then scores 0..1. N may exceed the placements
 *   (a last batch that was filled up); what is over is not looked at.
 */
export function predictionsToDetections(
  output: Float32Array,
  { placements, batch, classes, nms }: PredictOptions,
): readonly (readonly Detection[])[] {
  const length = output.length / batch;
  return placements.map((placement, n) => {
    const {
      count,
      boxes,
      scores,
      classes: cls,
    } = nonMaxSuppression(output.subarray(n * length, (n + 1) * length), classes, nms);
    return Array.from({ length: count }, (_, i) => ({
      x1: toOriginal(boxes[4 * i]!, placement.padX, placement.gain, placement.width),
      y1: toOriginal(boxes[4 * i + 1]!, placement.padY, placement.gain, placement.height),
      x2: toOriginal(boxes[4 * i + 2]!, placement.padX, placement.gain, placement.width),
      y2: toOriginal(boxes[4 * i + 3]!, placement.padY, placement.gain, placement.height),
      score: scores[i]!,
      cls: cls[i]!,
    }));
  });
}

export interface PredictOptions {
  readonly placements: readonly Placement[];
  /** N of the output. */
  readonly batch: number;
  readonly classes: number;
  readonly nms?: NmsOptions;
}

const toOriginal = (position: number, pad: number, gain: number, size: number): number =>
  Math.min(Math.max((position - pad) / gain, 0), size);
