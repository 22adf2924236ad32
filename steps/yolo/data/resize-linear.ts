import type { RgbImage } from './decode-image.ts';
import { roundHalfEven } from './round-half-even.ts';

/** Weights are fixed point with 11 bits, as in OpenCV's 8-bit bilinear resize, so that results are the same integers on every machine. */
const ONE = 2048;

/**
 * Bilinear resize with half-pixel centres and replicated borders: the pixels of `cv2.resize(image, (width, height), interpolation=INTER_LINEAR)`
 * for 8-bit pictures. No low-pass filter when shrinking, as there.
 *
 * Destination pixel x samples the source at (x + 0.5) · sourceWidth / width − 0.5; weights are rounded to 1/2048.
 */
export function resizeLinear(image: RgbImage, width: number, height: number): RgbImage {
  if (width === image.width && height === image.height) return image;
  const columns = taps(image.width, width);
  const rows = taps(image.height, height);
  const data = new Uint8Array(width * height * 3);
  // Two horizontally resized source rows; most destination rows of an enlargement share them with the row before.
  let upper: Row = { index: -1, values: new Int32Array(width * 3) };
  let lower: Row = { index: -1, values: new Int32Array(width * 3) };
  for (let y = 0, at = 0; y < height; y++) {
    const first = rows.first[y]!;
    const second = rows.second[y]!;
    if (upper.index !== first) {
      if (lower.index === first) [upper, lower] = [lower, upper];
      else fillRow(upper, first, image, columns);
    }
    if (lower.index !== second) fillRow(lower, second, image, columns);
    const weight = rows.weight[y]!;
    const above = upper.values;
    const below = lower.values;
    // Intermediate shifts are part of the reference: they decide the last bit.
    for (let i = 0; i < above.length; i++, at++) {
      const a = ((ONE - weight) * (above[i]! >> 4)) >> 16;
      const b = (weight * (below[i]! >> 4)) >> 16;
      data[at] = (a + b + 2) >> 2;
    }
  }
  return { width, height, data };
}

interface Row {
  /** Source row that `values` was made from, -1 for none. */
  index: number;
  /** [width · 3], pixels times 2048. */
  readonly values: Int32Array;
}

interface Taps {
  /** Index of the nearer-to-zero source sample of every destination sample, and of the one after it. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** Share of the second, in 1/2048. */
  readonly weight: Int32Array;
}

function taps(from: number, to: number): Taps {
  const first = new Int32Array(to);
  const second = new Int32Array(to);
  const weight = new Int32Array(to);
  const scale = from / to;
  for (let i = 0; i < to; i++) {
    // Single precision, as the reference computes it: a weight on a rounding boundary falls on the same side.
    const position = Math.fround((i + 0.5) * scale - 0.5);
    const floor = Math.floor(position);
    if (floor < 0) continue; // before the first centre: the first sample alone
    first[i] = Math.min(floor, from - 1);
    second[i] = Math.min(floor + 1, from - 1);
    if (floor < from - 1) weight[i] = roundHalfEven(Math.fround(position - floor) * ONE);
  }
  return { first, second, weight };
}

function fillRow(row: Row, index: number, image: RgbImage, columns: Taps): void {
  const { data } = image;
  const start = index * image.width * 3;
  const { first, second, weight } = columns;
  for (let x = 0, at = 0; x < first.length; x++, at += 3) {
    const w = weight[x]!;
    const a = start + first[x]! * 3;
    const b = start + second[x]! * 3;
    row.values[at] = data[a]! * (ONE - w) + data[b]! * w;
    row.values[at + 1] = data[a + 1]! * (ONE - w) + data[b + 1]! * w;
    row.values[at + 2] = data[a + 2]! * (ONE - w) + data[b + 2]! * w;
  }
  row.index = index;
}
