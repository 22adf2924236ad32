import { describe, expect, test } from 'vitest';
import { formatBox, readYoloLabels } from '../../../../steps/yolo/data/yolo-labels.ts';

const read = (text: string) => readYoloLabels(text, 'labels/a.txt', 3);

test('keeps the digits of every box as they were given', () => {
  const { rows, findings, usable } = read('0 0.50 0.500000 1e-1 .25\r\n\n  2\t0.1 0.2   0.1 0.1  \n');
  expect(rows).toEqual([
    { cls: 0, box: '0.50 0.500000 1e-1 .25' },
    { cls: 2, box: '0.1 0.2 0.1 0.1' },
  ]);
  expect([findings, usable]).toEqual([[], true]);
});

test('a polygon becomes the box around it', () => {
  expect(read('1 0.1 0.2 0.5 0.2 0.3 0.6').rows).toEqual([{ cls: 1, box: '0.300000 0.400000 0.400000 0.400000' }]);
});

describe('rows that leave an object without box take the picture out', () => {
  test.each([
    ['0 0.5 0.5 0.2', 'malformed-row'],
    ['0 0.5 0.5 0.2 0.2 0.9', 'malformed-row'],
    ['0 0.5 abc 0.2 0.2', 'malformed-row'],
    ['0 0.5 NaN 0.2 0.2', 'malformed-row'],
    ['0 0.5 0x1 0.2 0.2', 'malformed-row'],
    ['cat 0.5 0.5 0.2 0.2', 'malformed-row'],
    ['3 0.5 0.5 0.2 0.2', 'class-out-of-range'],
    ['-1 0.5 0.5 0.2 0.2', 'class-out-of-range'],
    ['0.5 0.5 0.5 0.2 0.2', 'class-out-of-range'],
    ['0 320 240 64 64', 'out-of-range'],
    ['0 0.5 0.5 -0.2 0.2', 'out-of-range'],
    ['0 0.5 1.02 0.2 0.2', 'out-of-range'],
  ])('%s: %s', (row, code) => {
    const { rows, findings, usable } = read(`0 0.5 0.5 0.2 0.2\n${row}\n`);
    expect(findings).toMatchObject([{ severity: 'error', code, file: 'labels/a.txt', line: 2 }]);
    expect([rows.length, usable]).toEqual([1, false]);
  });
});

test('a box without area and a repeated row are left out alone', () => {
  const { rows, findings, usable } = read('0 .5 .5 0 .2\n1 .5 .5 .2 .2\n1 .5 .5 .2 .2\n');
  expect(findings.map(({ code, line }) => [code, line])).toEqual([
    ['zero-area-box', 1],
    ['duplicate-row', 3],
  ]);
  expect([rows, usable]).toEqual([[{ cls: 1, box: '.5 .5 .2 .2' }], true]);
});

test('a box over the edge is used as it is; the last digit of rounding is no finding', () => {
  const { rows, findings } = read('0 0.9 0.5 0.4 0.2\n1 0.95 0.5 0.100001 0.2\n');
  expect(findings).toMatchObject([{ severity: 'warning', code: 'out-of-range', line: 1 }]);
  expect(rows).toHaveLength(2);
});

test('boxes are written as Python’s %.6f writes them: exact halves go to the even digit', () => {
  expect(formatBox([0.3515625, 0.3515635, 0.1640625, 1 / 3])).toBe('0.351562 0.351563 0.164062 0.333333');
  expect(formatBox([0.0000145, 0.1953125, 0.2265625, 1])).toBe('0.000015 0.195312 0.226562 1.000000');
  // 0.117187|5 has an odd digit before the half, so it goes up.
  expect(formatBox([0.0703125, 0.1171875, 0, 0.5])).toBe('0.070312 0.117188 0.000000 0.500000');
});
