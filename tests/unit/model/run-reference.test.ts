import { expect, it } from 'vitest';
import { runReference } from '../../../framework/model/run-reference.ts';

it.each([
  ['train-yolo-20261121-191252-75d8', 'train-yolo-20261121-191252-75d8'],
  ['a name', '75d8faddb119'],
  ['$(x)', '75d8faddb119'],
  ['-rf', '75d8faddb119'],
])('a command names a run by what a shell leaves alone: %s', (name, reference) => {
  expect(runReference({ name, id: '75d8faddb119' })).toBe(reference);
});
