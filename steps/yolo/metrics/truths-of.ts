import type { GroundTruth } from './detection.ts';

/** YOLO rows (class, centre x, centre y, width, height, normalised) as boxes in pixels of their picture. */
export function truthsOf(
  labels: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
): readonly GroundTruth[] {
  return Array.from({ length: labels.length / 5 }, (_, row) => {
    const [cls, x, y, w, h] = labels.subarray(5 * row, 5 * row + 5) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    return {
      x1: (x - w / 2) * width,
      y1: (y - h / 2) * height,
      x2: (x + w / 2) * width,
      y2: (y + h / 2) * height,
      cls,
    };
  });
}
