import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RgbImage } from '../../../../steps/yolo/data/decode-image.ts';
import { resizeLinear } from '../../../../steps/yolo/data/resize-linear.ts';

const grey = (rows: readonly (readonly number[])[]): RgbImage => ({
  width: rows[0]!.length,
  height: rows.length,
  data: Uint8Array.from(rows.flatMap((row) => row.flatMap((value) => [value, value, value]))),
});

const firstChannel = ({ data, width }: RgbImage): number[][] => {
  const values = [...data].filter((_, i) => i % 3 === 0);
  return Array.from({ length: values.length / width }, (_, y) => values.slice(y * width, (y + 1) * width));
};

/** Bilinear interpolation by its definition, in doubles: half-pixel centres, borders replicated. */
function sample(image: RgbImage, x: number, y: number, channel: number): number {
  const at = (column: number, row: number): number => {
    const cx = Math.min(Math.max(column, 0), image.width - 1);
    const cy = Math.min(Math.max(row, 0), image.height - 1);
    return image.data[(cy * image.width + cx) * 3 + channel]!;
  };
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - x0, y - y0];
  const top = at(x0, y0) * (1 - u) + at(x0 + 1, y0) * u;
  const bottom = at(x0, y0 + 1) * (1 - u) + at(x0 + 1, y0 + 1) * u;
  return top * (1 - v) + bottom * v;
}

test('enlarges with half-pixel centres', () => {
  expect(firstChannel(resizeLinear(grey([[0, 100]]), 4, 1))).toEqual([[0, 25, 75, 100]]);
  expect(firstChannel(resizeLinear(grey([[0], [100]]), 1, 4))).toEqual([[0], [25], [75], [100]]);
});

test('halving takes the mean of four, halves up', () => {
  const image = grey([
    [0, 1, 10, 20],
    [0, 1, 30, 40],
  ]);
  expect(firstChannel(resizeLinear(image, 2, 1))).toEqual([[1, 25]]);
});

test('the same size is the same picture', () => {
  const image = grey([[1, 2, 3]]);
  expect(resizeLinear(image, 3, 1)).toBe(image);
});

test('differs from the definition by fixed-point rounding only, whatever the sizes', () => {
  const side = fc.integer({ min: 1, max: 24 });
  fc.assert(
    fc.property(side, side, side, side, fc.integer(), (width, height, toWidth, toHeight, seed) => {
      const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);
      const image = { width, height, data };
      const resized = resizeLinear(image, toWidth, toHeight);
      let worst = 0;
      for (let y = 0; y < toHeight; y++) {
        for (let x = 0; x < toWidth; x++) {
          for (let c = 0; c < 3; c++) {
            const [fromX, fromY] = [((x + 0.5) * width) / toWidth - 0.5, ((y + 0.5) * height) / toHeight - 0.5];
            const off = resized.data[(y * toWidth + x) * 3 + c]! - sample(image, fromX, fromY, c);
            worst = Math.max(worst, Math.abs(off));
          }
        }
      }
      // Half a step of rounding, and two weights of 1/2048 on steps of up to 255.
      return worst <= 0.5 + (2 * 255) / 2048 + 0.26;
    }),
    { numRuns: 150 },
  );
});
