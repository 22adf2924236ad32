import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { helpTexts } from '../../../framework/cli/help-texts.ts';

const texts = await helpTexts();
const words = (text: string): readonly string[] => stripVTControlCharacters(text).split(/\s+/);

test('every verb that does not print its own help has one, and so has the command', () => {
  const listed = [...(texts['sluice']?.pipe.matchAll(/^ {2}([a-z][a-z-]*) /gm) ?? [])].map(([, word]) => word);
  expect(listed).toContain('run');
  expect(Object.keys(texts).sort()).toEqual(
    ['sluice', ...listed.filter((one) => one !== 'run' && one !== 'plan')].sort(),
  );
});

test.each(Object.entries(texts))(
  '%s says the same in every form: plain in a pipe, coloured on terminals',
  (_, text) => {
    expect(text.pipe).toMatch(/^Usage: sluice/);
    expect(stripVTControlCharacters(text.pipe)).toBe(text.pipe);
    expect(Object.keys(text.columns)).toEqual(['80', '120']);
    for (const [width, coloured] of Object.entries(text.columns)) {
      expect(words(coloured)).toEqual(words(text.pipe));
      const plain = stripVTControlCharacters(coloured);
      expect(plain).not.toBe(coloured);
      // Examples and notes are lines of their own, which nobody breaks.
      const described = plain
        .split('\n')
        .filter((line) => /^ {2}\S.* {2}\S/.test(line) && !line.startsWith('  sluice'));
      expect(Math.max(0, ...described.map((line) => line.length))).toBeLessThanOrEqual(Number(width));
    }
  },
);
