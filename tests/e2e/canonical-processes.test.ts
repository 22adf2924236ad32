import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { canonicalDigest } from '../../framework/hashing/canonical.ts';
import { typedValue } from '../unit/hashing/typed-values.ts';

const root = resolve(import.meta.dirname, '../..');
const SAMPLES = { seed: 20261121, numRuns: 400 };
const urlOf = (path: string): string => pathToFileURL(join(root, path)).href;

/** The same values, made and encoded in a process of its own by the built engine. */
const SCRIPT = `
import fc from '${urlOf('node_modules/fast-check/lib/fast-check.js')}';
import { canonicalDigest } from '${urlOf('dist/index.js')}';
import { typedValue } from '${urlOf('tests/unit/hashing/typed-values.ts')}';
console.log(JSON.stringify(fc.sample(typedValue, ${JSON.stringify(SAMPLES)}).map((value) => canonicalDigest(value))));
`;

/** `SLUICE_OTHER_NODES=/path/to/node22:…` adds other versions of Node: `npm install node@22` in an empty folder has one. */
const NODES = [process.execPath, ...(process.env['SLUICE_OTHER_NODES'] ?? '').split(':').filter((path) => path !== '')];

it.each(NODES)('the canonical digests of 400 random values are the same in a process of %s', (node) => {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-canonical-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const script = join(dir, 'digests.mjs');
  writeFileSync(script, SCRIPT);
  const register = pathToFileURL(join(root, 'dist/register.js')).href;
  const out = execFileSync(node, ['--import', register, script], {
    encoding: 'utf8',
    env: { ...process.env, SLUICE_HOME: dir },
  });
  const here = fc.sample(typedValue, SAMPLES).map((value) => canonicalDigest(value));
  expect(new Set(here).size).toBeGreaterThan(200);
  expect(JSON.parse(out)).toEqual(here);
});
