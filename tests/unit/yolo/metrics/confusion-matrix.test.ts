import { expect, test } from 'vitest';
import { confusionMatrix, normalizeColumns } from '../../../../steps/yolo/metrics/confusion-matrix.ts';
import { found, picture, square } from './scored-image.ts';

test('right, mistaken, missed and invented boxes, by picture', () => {
  const images = [
    picture([square(0, 0), square(50, 1)], [found(0, 0.9, 0), found(50, 0.8, 0)]),
    picture([square(0, 1)], [found(80, 0.9, 1)]),
    picture([], [found(0, 0.9, 0)]),
  ];
  expect(confusionMatrix(images, ['cat', 'dog'])).toEqual({
    labels: ['cat', 'dog', 'background'],
    counts: [
      [1, 1, 1], // called cat: a cat, a dog, nothing
      [0, 0, 1],
      [0, 1, 0], // missed: a dog
    ],
  });
});

test('only detections above confidence .25 and IoU .45 count, and a label has one partner', () => {
  const images = [picture([square(0)], [found(0, 0.9), found(1, 0.8), found(0, 0.25), found(9, 0.9)])];
  expect(confusionMatrix(images, ['cat']).counts).toEqual([
    [1, 2],
    [0, 0],
  ]);
});

test('columns are divided by their sums; an empty one stays 0', () => {
  expect(
    normalizeColumns([
      [3, 0, 2],
      [1, 0, 2],
      [0, 0, 0],
    ]),
  ).toEqual([
    [0.75, 0, 0.5],
    [0.25, 0, 0.5],
    [0, 0, 0],
  ]);
});
