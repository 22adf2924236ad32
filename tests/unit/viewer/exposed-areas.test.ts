import { expect, it } from 'vitest';
import { exposedAreas } from '../../../framework/viewer/graph/exposed-areas.ts';

const size = { width: 100, height: 80 };

it.each([
  ['to the right', 30, 0, [{ x: 0, y: 0, width: 30, height: 80 }]],
  ['to the left', -30, 0, [{ x: 70, y: 0, width: 30, height: 80 }]],
  ['up', 0, -10, [{ x: 0, y: 70, width: 100, height: 10 }]],
  [
    'down and to the left',
    -1,
    10,
    [
      { x: 99, y: 0, width: 1, height: 80 },
      { x: 0, y: 0, width: 100, height: 10 },
    ],
  ],
  ['nowhere', 0, 0, []],
])('a picture that moves %s leaves these areas free', (_, byX, byY, areas) => {
  expect(exposedAreas(byX, byY, size)).toEqual(areas);
});
