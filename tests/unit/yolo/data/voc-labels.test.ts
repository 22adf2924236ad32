import { expect, test } from 'vitest';
import { numberObjects, readVocLabels } from '../../../../steps/yolo/data/voc-labels.ts';

const object = (name: string, corners: readonly (number | string)[], more = ''): string => {
  const [xmin, ymin, xmax, ymax] = corners;
  return `<object><name>${name}</name>${more}<bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object>`;
};
const SIZE = '<size><width>200</width><height>100</height><depth>3</depth></size>';
const noSize = async () => ({ width: 0, height: 0 });
const read = (inner: string, sizeOf = noSize) =>
  readVocLabels(`<?xml version="1.0"?><annotation>${inner}</annotation>`, 'Annotations/a.xml', sizeOf);

test('corners become centre and size, by the size in the file', async () => {
  const { objects, findings, usable } = await read(SIZE + object('A &amp; B', [20, 10, 60, 50]));
  expect(objects).toEqual([{ name: 'A & B', box: '0.200000 0.300000 0.200000 0.400000' }]);
  expect([findings, usable]).toEqual([[], true]);
});

test('asks for the picture’s size only where the file has none', async () => {
  const fromPicture = async () => ({ width: 400, height: 400 });
  expect((await read(object('a', [0, 0, 40, 40]), fromPicture)).objects[0]!.box).toMatch(/^0\.05/);
  const without = await read(object('a', [0, 0, 40, 40]));
  expect([without.usable, without.findings[0]!.code]).toEqual([false, 'malformed-row']);
});

test('difficult objects are left out without a word, as in the VOC evaluation', async () => {
  const difficult = object('a', [0, 0, 9, 9], '<difficult>1</difficult>');
  expect(await read(SIZE + difficult)).toEqual({ objects: [], findings: [], usable: true });
});

test.each([
  ['no XML', 'malformed-row', false],
  [SIZE + object('a', [1, 1, 'x', 9]), 'malformed-row', false],
  [`${SIZE}<object><name>a</name></object>`, 'malformed-row', false],
  [SIZE + object('a', [1, 1, 250, 9]), 'out-of-range', false],
  [SIZE + object('a', [9, 9, 9, 20]), 'zero-area-box', true],
  [SIZE + object('a', [1, 1, 9, 9]) + object('a', [1, 1, 9, 9]), 'duplicate-row', true],
])('%s', async (inner, code, usable) => {
  const xml = inner === 'no XML' ? '<annotation><object>' : `<annotation>${inner}</annotation>`;
  const result = await readVocLabels(xml, 'Annotations/a.xml', noSize);
  expect(result.findings).toMatchObject([{ severity: 'error', code, file: 'Annotations/a.xml' }]);
  expect(result.usable).toBe(usable);
});

test('names become numbers; a name outside the given classes takes the picture out', async () => {
  const annotation = await read(SIZE + object('dog', [0, 0, 20, 10]) + object('cow', [0, 0, 20, 10]));
  expect(numberObjects(annotation, ['cow', 'dog'], 'a.xml').rows.map(({ cls }) => cls)).toEqual([1, 0]);
  const unknown = numberObjects(annotation, ['dog'], 'a.xml');
  expect([unknown.usable, unknown.findings[0]!.code]).toEqual([false, 'class-out-of-range']);
});
