import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignSplits, parseRatios } from '../../../../steps/yolo/data/assign-splits.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `images/${i}.jpg`);
const RATIOS = parseRatios('0.8,0.1,0.1');

test('every picture is in exactly one split, of the rounded size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 300 }), fc.nat(), (count, seed) => {
      const splits = assignSplits(names(count), RATIOS, seed);
      const share = Math.max(1, Math.round(count / 10));
      expect(splits).toHaveLength(count);
      expect(splits.filter((split) => split === 'val')).toHaveLength(share);
      expect(splits.filter((split) => split === 'test')).toHaveLength(share);
    }),
  );
});

test('the draw hangs on names and seed, not on their order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(names(40), { minLength: 40 }), fc.nat(), (shuffled, seed) => {
      const bySplit = (given: string[]) =>
        new Map(assignSplits(given, RATIOS, seed).map((split, i) => [given[i], split]));
      const [one, other] = [bySplit(names(40)), bySplit(shuffled)];
      for (const [name, split] of one) expect(other.get(name)).toBe(split);
    }),
  );
});

test('seeds draw otherwise; one seed draws the same for ever', () => {
  const drawn = (seed: number): string =>
    assignSplits(names(12), RATIOS, seed)
      .map((split) => split[1])
      .join('');
  // r(a), a(v), e(s): written down once. Another result would change every data set split by ratio.
  expect([drawn(0), drawn(1)]).toMatchInlineSnapshot(`
    [
      "rrerarrrrrrr",
      "rearrrrrrrrr",
    ]
  `);
});

test('one picture more moves few others', () => {
  const [before, after] = [assignSplits(names(100), RATIOS, 0), assignSplits(names(101), RATIOS, 0)];
  expect(before.filter((split, i) => split !== after[i]).length).toBeLessThanOrEqual(2);
});

test('two shares mean no test split', () => {
  expect(parseRatios('0.75, 0.25')).toEqual({ train: 0.75, val: 0.25, test: 0 });
  expect(assignSplits(names(8), parseRatios('0.75,0.25'), 0)).not.toContain('test');
});

test.each(['', '0.8', '0.8,0.3', '1,0,0', 'a,b', '0.7,0.1,0.1,0.1', '0.8,,0.2'])('ratios %j are refused', (text) => {
  expect(() => parseRatios(text)).toThrowError(expect.objectContaining({ code: 'ERR_INPUT' }));
});
