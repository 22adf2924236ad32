import { expect, test } from 'vitest';
import { IOU_THRESHOLDS, matchDetections } from '../../../../steps/yolo/metrics/match.ts';
import { found, picture, square } from './scored-image.ts';

const ALL = 2 ** IOU_THRESHOLDS.length - 1;

test('a detection is right at every threshold that its overlap reaches', () => {
  // 8 of 12 pixels in common: IoU .667, that is .50, .55, .60 and .65.
  expect(Array.from(matchDetections(picture([square(0)], [found(2, 0.9)])))).toEqual([0b1111]);
  expect(Array.from(matchDetections(picture([square(0)], [found(0, 0.9)])))).toEqual([ALL]);
});

test('the better-scored of two takes the label; the other is false', () => {
  expect(Array.from(matchDetections(picture([square(0)], [found(0, 0.5), found(1, 0.9)])))).toEqual([
    0b1111111, // 9 of 11: IoU .818
    ALL & ~0b1111111, // free again where the first one falls short
  ]);
});

test('a detection whose best label is taken goes to its best free one', () => {
  const crowd = picture([square(0), square(3)], [found(0, 0.9), found(1, 0.8)]);
  // IoU with square(0) .818, taken; with square(3) 8/12.
  expect(matchDetections(crowd)[1]! & 0b1111).toBe(0b1111);
});

test('classes must agree', () => {
  expect(Array.from(matchDetections(picture([square(0, 1)], [found(0, 0.9, 0)])))).toEqual([0]);
});
