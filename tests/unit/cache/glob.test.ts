import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { filesOfGlob, isGlob } from '../../../framework/cache/glob.ts';

const FILES = ['a.csv', 'b.csv', 'b.txt', '.hidden.csv', 'deep/c.csv', 'deep/er/d.csv', 'deep/.git/e.csv', '[id].csv'];

it.each([
  ['data/*.csv', ['[id].csv', 'a.csv', 'b.csv']],
  ['data/**/*.csv', ['[id].csv', 'a.csv', 'b.csv', 'deep/c.csv', 'deep/er/d.csv']],
  ['data/**', ['[id].csv', 'a.csv', 'b.csv', 'b.txt', 'deep/c.csv', 'deep/er/d.csv']],
  ['data/?.{csv,txt}', ['a.csv', 'b.csv', 'b.txt']],
  ['data/deep/*', ['deep/c.csv']],
  ['data/.*', ['.hidden.csv']],
  ['data/[id]*', ['[id].csv']],
  ['nowhere/*', []],
])('%s', async (pattern, expected) => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-glob-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const file of FILES) {
    mkdirSync(dirname(join(dir, 'data', file)), { recursive: true });
    writeFileSync(join(dir, 'data', file), file);
  }
  expect(isGlob(pattern)).toBe(true);
  expect((await filesOfGlob(pattern, dir)).map(({ path }) => path)).toEqual(expected.map((file) => `data/${file}`));
});

it('a path with brackets is a path', () => {
  expect(isGlob('app/[id]/page.ts')).toBe(false);
});
