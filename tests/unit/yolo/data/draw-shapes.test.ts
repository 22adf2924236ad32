import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { sha256 } from 'sluice';
import { expect, test } from 'vitest';
import { decodeImage } from '../../../../steps/yolo/data/decode-image.ts';
import { drawShapes } from '../../../../steps/yolo/data/draw-shapes.ts';
import { openShapes } from '../../../../steps/yolo/data/source-shapes.ts';
import { scratch } from './data-set-folder.ts';

const indices = Array.from({ length: 60 }, (_, i) => i);

test('pixels and boxes are the same on every machine', () => {
  const hash = createHash('sha256');
  for (const index of indices.slice(0, 12)) {
    const { image, objects } = drawShapes(160, [0, 0, index]);
    hash.update(image.data).update(JSON.stringify(objects));
  }
  // Golden: a change here changes the default data set, and with it every figure measured on it.
  expect(hash.digest('hex')).toMatchInlineSnapshot(
    `"ffdc9f65db4767f6f8d055cf3db4c43438a80bd5732bbe4699d8de5c6688f726"`,
  );
});

test('one to four objects, whole within the picture, classes about equally often', () => {
  const pictures = indices.map((index) => drawShapes(96, [3, 1, index]));
  const counts = [0, 0, 0];
  for (const { objects } of pictures) {
    expect(objects.length).toBeGreaterThanOrEqual(1);
    expect(objects.length).toBeLessThanOrEqual(4);
    for (const { cls, x1, y1, x2, y2 } of objects) {
      counts[cls]!++;
      expect(Math.min(x1, y1)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x2, y2)).toBeLessThanOrEqual(96);
      // 0.17 of the picture across at the least, for the narrowest view of a triangle.
      expect(Math.min(x2 - x1, y2 - y1)).toBeGreaterThan(96 * 0.17 * 0.7);
    }
  }
  expect(new Set(pictures.map(({ objects }) => objects.length)).size).toBe(4);
  expect(Math.min(...counts)).toBeGreaterThan(20);
});

test('a circle ends where its box ends', () => {
  for (const index of indices.slice(0, 20)) {
    const { image, objects } = drawShapes(160, [0, 0, index]);
    const circle = objects.find(({ cls }) => cls === 0);
    if (circle === undefined) continue;
    const [cx, cy] = [(circle.x1 + circle.x2) / 2, (circle.y1 + circle.y2) / 2];
    const radius = (circle.x2 - circle.x1) / 2;
    const contrast = contrastAcross(image, cx, cy, radius);
    expect(contrast).toBeGreaterThan(25);
  }
});

/** Mean difference of colour between 2 pixels inside and 2 pixels outside a circle, at the four points where it touches its box. */
function contrastAcross(image: { width: number; data: Uint8Array }, cx: number, cy: number, radius: number): number {
  let sum = 0;
  let points = 0;
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    const at = (distance: number): number => {
      const [x, y] = [Math.floor(cx + dx * distance), Math.floor(cy + dy * distance)];
      return x < 0 || y < 0 || x >= image.width || y >= image.width ? -1 : (y * image.width + x) * 3;
    };
    const [inside, outside] = [at(radius - 2), at(radius + 2)];
    if (outside < 0) continue;
    points++;
    for (let c = 0; c < 3; c++) sum += Math.abs(image.data[inside + c]! - image.data[outside + c]!);
  }
  return sum / Math.max(1, points);
}

test('splits differ, seeds differ, and more pictures leave the first as they were', async () => {
  const hashes = async (options: { train: number; val: number; seed: number }) => {
    const { pictures } = await openShapes({ kind: 'shapes', test: 0, size: 64, ...options }, scratch(), () => {});
    return Object.fromEntries(pictures.map(({ name, path }) => [name, sha256(readFileSync(path))]));
  };
  const few = await hashes({ train: 3, val: 2, seed: 0 });
  const more = await hashes({ train: 5, val: 3, seed: 0 });
  const other = await hashes({ train: 3, val: 2, seed: 1 });
  expect(Object.keys(few)).toEqual(['train-00000', 'train-00001', 'train-00002', 'val-00000', 'val-00001']);
  expect(new Set([...Object.values(more), ...Object.values(other)]).size).toBe(8 + 5);
  expect(more).toMatchObject(few);
});

test('the PNG holds the pixels that were drawn', async () => {
  const options = { kind: 'shapes', train: 1, val: 1, test: 0, size: 64, seed: 5 } as const;
  const { pictures } = await openShapes(options, scratch(), () => {});
  const decoded = await decodeImage(pictures[0]!.path);
  expect([...decoded.data]).toEqual([...drawShapes(64, [5, 0, 0]).image.data]);
});
