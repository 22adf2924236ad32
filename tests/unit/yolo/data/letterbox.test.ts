import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RgbImage } from '../../../../steps/yolo/data/decode-image.ts';
import { fromFrame, letterbox, letterboxGeometry, toFrame } from '../../../../steps/yolo/data/letterbox.ts';

const white = (width: number, height: number): RgbImage => ({
  width,
  height,
  data: new Uint8Array(width * height * 3).fill(255),
});

const geometry = (width: number, height: number, size: [number, number], scaleUp = true) => {
  const { scaledWidth, scaledHeight, transform } = letterboxGeometry({ width, height }, { size, scaleUp });
  return [scaledWidth, scaledHeight, transform.padX, transform.padY];
};

describe('geometry of Ultralytics’ LetterBox', () => {
  test.each([
    // picture, frame [h, w], scaled w × h, pad left, top
    [640, 480, [320, 320], [320, 240, 0, 40]],
    [480, 640, [320, 320], [240, 320, 40, 0]],
    [810, 1080, [640, 640], [480, 640, 80, 0]],
    [1280, 720, [384, 640], [640, 360, 0, 12]],
    // An odd border: 81 pixels are 40 above and 41 below.
    [640, 478, [320, 320], [320, 239, 0, 40]],
    [478, 640, [320, 320], [239, 320, 40, 0]],
    // 333 · 320/640 = 166.5 rounds to the even 166.
    [333, 640, [320, 320], [166, 320, 77, 0]],
    [335, 640, [320, 320], [168, 320, 76, 0]],
  ] as const)('%i × %i into %j', (width, height, size, expected) => {
    expect(geometry(width, height, [size[0], size[1]])).toEqual(expected);
  });

  test('small pictures grow only with scaleUp', () => {
    expect(geometry(100, 50, [200, 200])).toEqual([200, 100, 0, 50]);
    expect(geometry(100, 50, [200, 200], false)).toEqual([100, 50, 50, 75]);
  });
});

test('planes are RGB 0..1, the border is 114/255', () => {
  const image: RgbImage = { width: 2, height: 1, data: Uint8Array.of(255, 0, 51, 255, 0, 51) };
  const { data } = letterbox(image, { size: [4, 4] });
  const grey = Math.fround(114 / 255);
  const plane = (value: number): number[] => [
    ...[grey, grey, grey, grey],
    ...Array.from({ length: 8 }, () => Math.fround(value)),
    ...[grey, grey, grey, grey],
  ];
  expect([...data]).toEqual([...plane(1), ...plane(0), ...plane(0.2)]);
});

test('writes into a part of a batch, and over what was there', () => {
  const batch = new Float32Array(2 * 3 * 16).fill(7);
  const { data } = letterbox(white(4, 2), { size: [4, 4], into: batch.subarray(48) });
  expect(batch.subarray(0, 48).every((value) => value === 7)).toBe(true);
  expect([...batch.subarray(48)]).toEqual([...letterbox(white(4, 2), { size: [4, 4] }).data]);
  expect(data.buffer).toBe(batch.buffer);
});

test('boxes go into the frame and come back', () => {
  const side = fc.integer({ min: 4, max: 2000 });
  const part = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(side, side, part, part, part, part, (width, height, a, b, c, d) => {
      const { transform } = letterboxGeometry({ width, height }, { size: [320, 416] });
      const box = {
        x1: Math.min(a, b) * width,
        x2: Math.max(a, b) * width,
        y1: Math.min(c, d) * height,
        y2: Math.max(c, d) * height,
      };
      const back = fromFrame(toFrame(box, transform), transform);
      for (const key of ['x1', 'y1', 'x2', 'y2'] as const) expect(back[key]).toBeCloseTo(box[key], 6);
    }),
  );
});

test('boxes that reach into the border come back clipped', () => {
  const { transform } = letterboxGeometry({ width: 640, height: 480 }, { size: [320, 320] });
  expect(fromFrame({ x1: -5, y1: 0, x2: 330, y2: 320 }, transform)).toEqual({ x1: 0, y1: 0, x2: 640, y2: 480 });
});
