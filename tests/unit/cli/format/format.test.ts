import { describe, expect, it } from 'vitest';
import { csvText } from '../../../../framework/cli/format/csv.ts';
import { durationBetween, durationText } from '../../../../framework/cli/format/duration.ts';
import { parseTime } from '../../../../framework/cli/format/parse-time.ts';
import { relativeTime } from '../../../../framework/cli/format/relative-time.ts';
import { sizeText } from '../../../../framework/cli/format/size.ts';
import { tableText } from '../../../../framework/cli/format/table.ts';
import { truncate, widthOf } from '../../../../framework/cli/format/width.ts';

describe('durations', () => {
  it.each([
    [null, '–'],
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [4_320_000, '1 h 12 min'],
    [273_600_000, '3 d 4 h'],
  ])('%s ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it('are unknown while an end is missing, and never negative', () => {
    expect(durationBetween(1, null)).toBe(null);
    expect(durationBetween(5, 3)).toBe(0);
  });
});

describe('times', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');

  it('are relative for people, a date after a month', () => {
    const ago = (ms: number): string => relativeTime(now - ms, now);
    expect([ago(400), ago(5_000), ago(3_600_000), ago(50 * 3_600_000)]).toEqual([
      'just now',
      '5 s ago',
      '1 h ago',
      '2 d ago',
    ]);
    expect(relativeTime(Date.parse('2026-01-02T03:04:05Z'), now)).toBe('2026-01-02');
    expect(relativeTime(null, now)).toBe('–');
  });

  it('are read as an age or a date', () => {
    expect(parseTime('2h', '--since', now)).toBe(now - 7_200_000);
    expect(parseTime('1w', '--since', now)).toBe(now - 7 * 86_400_000);
    expect(parseTime('2026-11-20T08:00:00Z', '--since', now)).toBe(Date.parse('2026-11-20T08:00:00Z'));
    expect(() => parseTime('yesterday', '--since', now)).toThrow('--since: expected a time, got "yesterday".');
    expect(() => parseTime('12', '--since', now)).toThrow('expected a time');
  });
});

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1_048_575, '1.0 MiB'],
  [24 * 1024 * 1024, '24 MiB'],
  [5 * 2 ** 40, '5.0 TiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});

describe('width', () => {
  it('counts columns: colours none, wide characters two', () => {
    expect([widthOf('abc'), widthOf('\u001B[31mabc\u001B[39m'), widthOf('日本'), widthOf('✓')]).toEqual([3, 3, 4, 1]);
  });

  it('is kept by truncate, which closes colours', () => {
    expect(truncate('abcdef', 4)).toBe('abc…');
    expect(truncate('abc', 4)).toBe('abc');
    expect(truncate('\u001B[31mabcdef\u001B[39m', 4)).toBe('\u001B[31mabc…\u001B[0m');
    expect(widthOf(truncate('日本語です', 5))).toBeLessThanOrEqual(5);
  });
});

describe('tables', () => {
  const columns = [
    { header: 'NAME', text: ({ name }: { name: string }) => name, shrinks: true },
    { header: 'N', text: ({ n }: { n: number }) => String(n), align: 'right' as const },
  ];
  const items = [
    { name: 'a', n: 1 },
    { name: 'a long name\nwith a line break', n: 100 },
  ] as never[];
  const heading = (text: string): string => text;

  it('align columns and keep one line an item', () => {
    expect(tableText(columns as never[], items, { heading })).toBe(
      [
        'NAME                             N',
        'a                                1',
        'a long name with a line break  100',
      ].join('\n'),
    );
  });

  it('are cut to the terminal, where a column may be', () => {
    const lines = tableText(columns as never[], items, { heading, width: 20 }).split('\n');
    expect(Math.max(...lines.map(widthOf))).toBe(20);
    expect(lines[2]).toBe('a long name wi…  100');
  });
});

it('CSV quotes what needs it', () => {
  expect(csvText([{ a: 'x,y', b: 'say "hi"', c: ['p', 'q'], d: null, e: { k: 1 } }], ['a', 'b', 'c', 'd', 'e'])).toBe(
    'a,b,c,d,e\r\n"x,y","say ""hi""",p q,,"{""k"":1}"',
  );
});
