import { describe, expect, test } from 'vitest';
import { nonMaxSuppression } from '../../../../steps/yolo/metrics/nms.ts';

/** Raw output [4 + classes, anchors] of boxes given as centre x, centre y, width, height and a score a class. */
function outputOf(anchors: readonly (readonly [box: readonly number[], scores: readonly number[]])[]): Float32Array {
  const classes = anchors[0]![1].length;
  const output = new Float32Array((4 + classes) * anchors.length);
  for (const [a, [box, scores]] of anchors.entries()) {
    for (const [row, value] of [...box, ...scores].entries()) output[row * anchors.length + a] = value;
  }
  return output;
}

const kept = (...args: Parameters<typeof nonMaxSuppression>) => {
  const { count, scores, classes } = nonMaxSuppression(...args);
  return Array.from({ length: count }, (_, i) => [classes[i]!, Number(scores[i]!.toFixed(3))]);
};

describe('non-maximum suppression', () => {
  test('gives corners in pixels, best first', () => {
    const result = nonMaxSuppression(
      outputOf([
        [[50, 60, 20, 40], [0.4]],
        [[200, 60, 20, 40], [0.9]],
      ]),
      1,
    );
    expect(Array.from(result.boxes)).toEqual([190, 40, 210, 80, 40, 40, 60, 80]);
    expect(Array.from(result.scores, (s) => s.toFixed(1))).toEqual(['0.9', '0.4']);
  });

  test('drops a box that overlaps a better one of its class, and keeps one of another class', () => {
    const output = outputOf([
      [
        [50, 50, 20, 20],
        [0.9, 0],
      ],
      [
        [51, 50, 20, 20],
        [0.8, 0],
      ],
      [
        [52, 50, 20, 20],
        [0, 0.7],
      ],
    ]);
    expect(kept(output, 2)).toEqual([
      [0, 0.9],
      [1, 0.7],
    ]);
  });

  test('an IoU of exactly the threshold is kept', () => {
    // 30 of 40 and 30 of 30 in common: IoU 30/40 = .75.
    const output = outputOf([
      [[20, 20, 40, 10], [0.9]],
      [[15, 20, 30, 10], [0.8]],
    ]);
    expect(kept(output, 1, { iou: 0.75 })).toHaveLength(2);
    expect(kept(output, 1, { iou: 0.74 })).toHaveLength(1);
  });

  test('a box that was dropped drops no other', () => {
    const output = outputOf([
      [[50, 50, 20, 20], [0.9]],
      [[53, 50, 20, 20], [0.8]],
      [[56, 50, 20, 20], [0.7]],
    ]);
    expect(kept(output, 1, { iou: 0.6 })).toEqual([
      [0, 0.9],
      [0, 0.7],
    ]);
  });

  test('one anchor may stand for several classes', () => {
    expect(
      kept(
        outputOf([
          [
            [50, 50, 20, 20],
            [0.3, 0.6, 0.0001],
          ],
        ]),
        3,
      ),
    ).toEqual([
      [1, 0.6],
      [0, 0.3],
    ]);
  });

  test('scores must exceed the confidence, and no more than the bound are kept', () => {
    const row = (i: number, score: number) => [[50 * i, 50, 20, 20], [score]] as const;
    expect(kept(outputOf([row(1, 0.5), row(2, 0.51)]), 1, { confidence: 0.5 })).toEqual([[0, 0.51]]);
    const many = outputOf(Array.from({ length: 12 }, (_, i) => row(i, 0.1 + i / 20)));
    expect(kept(many, 1, { maxDetections: 3 }).map(([, score]) => score)).toEqual([0.65, 0.6, 0.55]);
    expect(kept(many, 1, { maxCandidates: 2 })).toHaveLength(2);
  });

  test('no candidate, no box', () => {
    expect(nonMaxSuppression(outputOf([[[50, 50, 20, 20], [0.0001]]]), 1).count).toBe(0);
  });
});
