import { expect, test } from 'vitest';
import { listSamples } from '../../../../steps/yolo/data/samples.ts';
import { scratch, writeFiles } from './data-set-folder.ts';

test('samples come in the order of their names, with rows as numbers', async () => {
  const root = writeFiles(scratch(), {
    'images/b.jpg': '',
    'images/a.b.png': '',
    'images/c.jpg': '',
    'labels/a.b.txt': '1 0.5 0.25 0.125 1\n0 0 0 1 1\n',
    'labels/b.txt': '',
  });
  const samples = await listSamples(root);
  expect(samples.map(({ name }) => name)).toEqual(['a.b', 'b', 'c']);
  expect(samples.map(({ labels }) => [...labels])).toEqual([[1, 0.5, 0.25, 0.125, 1, 0, 0, 0, 1, 1], [], []]);
  expect(samples[0]!.imagePath).toMatch(/a\.b\.png$/);
});

test('a folder that is no split, and rows that are not five numbers, are refused', async () => {
  await expect(listSamples(scratch())).rejects.toMatchObject({ code: 'ERR_INPUT' });
  const root = writeFiles(scratch(), { 'images/a.jpg': '', 'labels/a.txt': '0 0.5 0.5 0.5\n' });
  await expect(listSamples(root)).rejects.toMatchObject({ message: expect.stringContaining('labels/a.txt') });
});
