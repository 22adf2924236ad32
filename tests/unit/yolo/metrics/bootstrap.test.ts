import { expect, test } from 'vitest';
import { bootstrap } from '../../../../steps/yolo/metrics/bootstrap.ts';
import type { ScoredImage } from '../../../../steps/yolo/metrics/match.ts';
import { ultralyticsMetrics } from '../../../../steps/yolo/metrics/ultralytics-metrics.ts';
import { found, picture, square } from './scored-image.ts';

/** Pictures of three boxes each, `hits(n)` of which are found in picture n. */
const pictures = (count: number, hits: (n: number) => number): readonly ScoredImage[] =>
  Array.from({ length: count }, (_, n) =>
    picture(
      [square(0), square(50), square(100)],
      [0, 50, 100].slice(0, hits(n)).map((x) => found(x + (n % 3), 0.9 - n / 100)),
    ),
  );

test('the same seed gives the same interval, and it holds the figure itself', () => {
  const model = pictures(20, (n) => n % 4);
  const first = bootstrap({ model, baseline: null, classes: 1 })!;
  expect(bootstrap({ model, baseline: null, classes: 1 })).toEqual(first);
  const { mAP50 } = ultralyticsMetrics(model, ['a']).metrics;
  expect(first.model.mAP50.low).toBeLessThan(mAP50);
  expect(first.model.mAP50.high).toBeGreaterThan(mAP50);
  expect(first.difference).toBeNull();
});

test('more pictures make it narrower', () => {
  const width = (count: number): number => {
    const { low, high } = bootstrap({ model: pictures(count, (n) => n % 4), baseline: null, classes: 1 })!.model.mAP50;
    return high - low;
  };
  expect(width(160)).toBeLessThan(width(10) / 2);
});

test('a model against itself differs by nothing, however much its own figure moves', () => {
  const model = pictures(12, (n) => n % 4);
  const { difference } = bootstrap({ model, baseline: model, classes: 1 })!;
  expect(difference!.mAP50_95).toEqual({ low: 0, high: 0 });
});

test('a better model is seen to be better; one that is better on half of the pictures is not', () => {
  const baseline = pictures(24, () => 1);
  const better = bootstrap({ model: pictures(24, () => 2), baseline, classes: 1 })!;
  expect(better.difference!.mAP50_95.low).toBeGreaterThan(0);
  const mixed = bootstrap({ model: pictures(24, (n) => (n % 2 ? 2 : 0)), baseline, classes: 1 })!;
  expect(mixed.difference!.mAP50.low).toBeLessThan(0);
  expect(mixed.difference!.mAP50.high).toBeGreaterThan(0);
});

test('one picture cannot be resampled', () => {
  expect(bootstrap({ model: pictures(1, () => 1), baseline: null, classes: 1 })).toBeNull();
});
