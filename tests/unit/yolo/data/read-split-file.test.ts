import { join } from 'node:path';
import { FileRef } from 'sluice';
import { expect, test } from 'vitest';
import { readSplitFile } from '../../../../steps/yolo/data/read-split-file.ts';
import { scratch, writeFiles } from './data-set-folder.ts';

const read = (text: string) => readSplitFile(FileRef.of(join(writeFiles(scratch(), { 's.csv': text }), 's.csv')));

test('columns in any order, others unread, quotes and a byte order mark understood', async () => {
  const splits = await read('\uFEFFperson_boxes, Stem ,split\r\n3,"a,1",train\r\n1,b,val\r\n\r\n');
  expect([...splits]).toEqual([
    ['a,1', 'train'],
    ['b', 'val'],
  ]);
});

test.each([
  ['no split column', 'stem\na\n', 'stem'],
  ['no picture column', 'split,boxes\ntrain,3\n', 'split, boxes'],
  ['another word', 'split,stem\ntraining,a\n', 'training'],
  ['two splits', 'split,stem\ntrain,a\nval,a\n', 'a is in two splits'],
  ['no rows', 'split,stem\n', 'no rows'],
  ['ragged rows', 'split,stem\ntrain\n', 'line 2'],
])('%s is refused', async (_, text, part) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'ERR_INPUT', message: expect.stringContaining(part) });
});
