import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markLoaded, sourceOf } from '../../../framework/code/sources.ts';
import { errorExcerpt } from '../../../framework/executor/error-excerpt.ts';

const FILE = join(import.meta.dirname, 'no such (file).ts');
const LINES = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`);
markLoaded(FILE, sourceOf(Buffer.from(LINES.join('\r\n'))));

describe('the excerpt of an error', () => {
  it('is the lines around the first frame in a file that runs here, as they were loaded', () => {
    const frames = [
      '    at helper (/elsewhere/package.js:1:2)',
      `    at async Steps.train (${FILE}:20:7)`,
      `    at ${FILE}:1:1`,
    ];
    expect(errorExcerpt(frames)).toEqual({
      file: FILE,
      line: 20,
      column: 7,
      firstLine: 15,
      lines: LINES.slice(14, 25),
    });
    expect(errorExcerpt([`    at ${FILE}:1:1`])).toMatchObject({ firstLine: 1, lines: LINES.slice(0, 6) });
    expect(errorExcerpt([`    at ${FILE}:30:1`])).toMatchObject({ firstLine: 25, lines: LINES.slice(24) });
  });

  it('opens no file, whatever a step writes into its stack', () => {
    const places = ['/etc/passwd', import.meta.filename, '../../package.json', `${FILE}/../package.json`, ''];
    for (const place of places) expect(errorExcerpt([`    at x (${place}:1:1)`]), place).toBeUndefined();
    expect(errorExcerpt([`    at ${FILE}:31:1`])).toBeUndefined();
    expect(errorExcerpt([`    at ${FILE}:0:1`])).toBeUndefined();
    expect(errorExcerpt([])).toBeUndefined();
  });

  it('has an end, also where a whole bundle stands in one line', () => {
    const bundle = join(import.meta.dirname, 'bundle.js');
    markLoaded(bundle, sourceOf(Buffer.from('x'.repeat(1_000_000))));
    expect(errorExcerpt([`    at ${bundle}:1:999`])?.lines).toEqual(['x'.repeat(300)]);
  });
});
