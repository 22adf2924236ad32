import { describe, expect, it } from 'vitest';
import { anchorsOf } from '../../../../steps/yolo/model/anchors.ts';
import { candidatesOf } from '../../../../steps/yolo/model/candidates.ts';

const size = [64, 64] as const;
const anchors = anchorsOf(size, [8, 16, 32]);
const options = { anchors, classes: 2, size, least: 10 };

/** Anchors of the box in row `row`, from the padded matrix. */
function rowOf(targets: Float32Array[], row: number): number[] {
  const { anchors: places, valid } = candidatesOf(targets, options);
  const columns = places.shape[1]!;
  return Array.from({ length: columns }, (_, i) => row * columns + i)
    .filter((i) => valid.data[i] === 1)
    .map((i) => Number(places.data[i]));
}

describe('anchors', () => {
  it('are counted level by level, row by row', () => {
    expect(anchors.count).toBe(64 + 16 + 4);
    expect([anchors.x[9], anchors.y[9], anchors.stride[9]]).toEqual([1.5, 1.5, 8]);
    expect(anchors.levels.map(({ first }) => first)).toEqual([0, 64, 80]);
  });
});

describe('candidates', () => {
  it('are the anchors whose centre lies strictly inside the box', () => {
    // 4 to 28 px: centres 12 and 20 of stride 8 (4 and 28 lie on the edge), 8 and 24 of stride 16, 16 of stride 32.
    const found = rowOf([Float32Array.of(0, 0.25, 0.25, 0.375, 0.375)], 0);
    expect(found).toEqual([9, 10, 17, 18, 64, 65, 68, 69, 80]);
  });

  it('of a tiny box are those of one of 16 px around its centre', () => {
    const found = rowOf([Float32Array.of(0, 0.5, 0.5, 0.001, 0.5)], 0);
    expect(found.filter((anchor) => anchor < 64).map((anchor) => anchor % 8)).toEqual(
      [3, 4].flatMap((x) => [x]).concat(3, 4, 3, 4, 3, 4),
    );
  });

  it('point into the batch and into the scores of their class', () => {
    const { anchors: places, scores } = candidatesOf(
      [new Float32Array(0), Float32Array.of(1, 0.25, 0.25, 0.375, 0.375)],
      options,
    );
    expect(Number(places.data[0])).toBe(84 + 9);
    expect(Number(scores.data[0])).toBe((1 * 2 + 1) * 84 + 9);
  });

  it('stay inside the picture when the box does not', () => {
    expect(rowOf([Float32Array.of(0, 0, 0, 3, 3)], 0)).toHaveLength(84);
  });

  it('without any label are one box without candidates', () => {
    const { valid, x1 } = candidatesOf([new Float32Array(0)], options);
    expect(valid.shape).toEqual([1, 10]);
    expect([...valid.data]).toEqual(Array(10).fill(0));
    expect(x1.shape).toEqual([1, 1]);
  });
});
