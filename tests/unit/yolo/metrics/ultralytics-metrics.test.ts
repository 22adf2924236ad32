import { describe, expect, test } from 'vitest';
import { ultralyticsMetrics } from '../../../../steps/yolo/metrics/ultralytics-metrics.ts';
import { found, picture, square } from './scored-image.ts';

describe('Ultralytics metrics', () => {
  test('all found and nothing else: every figure 1', () => {
    const { metrics } = ultralyticsMetrics(
      [picture([square(0), square(50)], [found(0, 0.9), found(50, 0.8)])],
      ['cell'],
    );
    expect(metrics.precision).toBeCloseTo(1, 9);
    expect(metrics.recall).toBeCloseTo(1, 9);
    // Trapezoids on 101 points; the last one falls to 0: .995.
    expect(metrics.mAP50).toBeCloseTo(0.995, 9);
    expect(metrics.mAP50_95).toBeCloseTo(0.995, 9);
    expect(metrics.perClass).toEqual([expect.objectContaining({ name: 'cell', images: 1, instances: 2 })]);
  });

  test('half found: the envelope is 0 beyond the last recall', () => {
    const { metrics } = ultralyticsMetrics([picture([square(0), square(50)], [found(0, 0.9)])], ['cell']);
    // 1 up to recall .49, 0 from .50 on: 49 whole trapezoids and a half.
    expect(metrics.mAP50).toBeCloseTo(0.495, 9);
    expect(metrics.recall).toBeCloseTo(0.5, 9);
  });

  test('a false detection before a true one costs precision at every recall', () => {
    const { metrics } = ultralyticsMetrics([picture([square(0)], [found(80, 0.9), found(0, 0.8)])], ['cell']);
    // From (0, 1) the envelope falls to (1, ½): numpy interpolates from the last point of recall 0, precision ½.
    expect(metrics.mAP50).toBeCloseTo(0.4975, 9);
  });

  test('means go over classes with labels; a class never found counts 0, one without labels not at all', () => {
    const images = [picture([square(0, 0), square(50, 1)], [found(0, 0.9, 0), found(20, 0.9, 2)])];
    const { metrics } = ultralyticsMetrics(images, ['a', 'b', 'c']);
    expect(metrics.perClass.map(({ name, mAP50 }) => [name, Number(mAP50.toFixed(3))])).toEqual([
      ['a', 0.995],
      ['b', 0],
    ]);
    expect(metrics.mAP50).toBeCloseTo(0.4975, 9);
  });

  test('nothing found is 0, without labels there is no figure', () => {
    const { metrics } = ultralyticsMetrics([picture([square(0)], [])], ['cell']);
    expect(metrics).toMatchObject({ precision: 0, recall: 0, mAP50: 0, mAP50_95: 0, f1: 0 });
    expect(() => ultralyticsMetrics([picture([], [found(0, 0.9)])], ['cell'])).toThrow(
      expect.objectContaining({ code: 'ERR_INPUT' }),
    );
  });

  test('precision, recall and F1 are taken where F1 is best, not at all detections', () => {
    const noise = Array.from({ length: 50 }, (_, i) => found(1000 + 20 * i, 0.05));
    const { metrics, mean } = ultralyticsMetrics([picture([square(0)], [found(0, 0.9), ...noise])], ['cell']);
    expect(metrics.confidence).toBeGreaterThan(0.1);
    expect(metrics.confidence).toBeLessThan(0.9);
    expect(metrics.precision).toBeGreaterThan(0.95);
    expect(mean.precision[0]).toBeCloseTo(1 / 51, 6);
  });

  test('curves: recall falls and is 0 above the best score, precision is 1 there', () => {
    const { curves } = ultralyticsMetrics(
      [picture([square(0), square(30)], [found(0, 0.7), found(30, 0.4)])],
      ['cell'],
    );
    const { recall, precision } = curves[0]!;
    expect([recall[0], recall[500], recall[999]].map((v) => v!.toFixed(2))).toEqual(['1.00', '0.83', '0.00']);
    expect(precision[999]).toBe(1);
  });
});
