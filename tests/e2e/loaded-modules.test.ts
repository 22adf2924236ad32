import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

const dist = resolve(import.meta.dirname, '..', '..', 'dist');

/** Node 22 prints a warning in each thread that loads SQLite; both take some milliseconds of every start. */
const HEAVY = ['sqlite', 'crypto'];

test.each([
  ['index', HEAVY],
  ['register', ['sqlite']],
  ['loader-thread', ['sqlite']],
])('dist/%s.js loads nothing of %j before it is used', (entry, heavy) => {
  const script = `await import(${JSON.stringify(pathToFileURL(join(dist, `${entry}.js`)).href)});
    console.log(${JSON.stringify(heavy)}.filter((name) => process.moduleLoadList.includes('NativeModule ' + name)).join());`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect([stdout, stderr]).toEqual(['\n', '']);
});
