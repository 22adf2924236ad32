import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const source = new URL('../../../framework/authoring/plain-call-folder.ts', import.meta.url).href;
let temporary: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'sluice-plain-test-'));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** A process of its own that asks for its folder twice, prints it and ends. */
function plainCall(): { readonly folder: string; readonly pid: number } {
  const code = `const { plainCallFolder } = await import('${source}');
    if (plainCallFolder() !== plainCallFolder()) throw new Error('two folders');
    (await import('node:fs')).writeFileSync(plainCallFolder() + '/result.txt', 'whole');
    console.log(plainCallFolder());`;
  const env = { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const args = ['--no-warnings', '--experimental-strip-types', '--input-type=module', '-e', code];
  const { stdout, stderr, pid } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  expect(stderr).toBe('');
  return { folder: stdout.trim(), pid };
}

function left(name: string, { daysAgo }: { readonly daysAgo: number }): string {
  const path = join(temporary, name);
  mkdirSync(join(path, 'work-abc'), { recursive: true });
  const then = Date.now() / 1000 - daysAgo * 24 * 60 * 60;
  utimesSync(path, then, then);
  return path;
}

it('is one a process and goes with it', () => {
  const { folder, pid } = plainCall();
  expect(folder).toContain(join(temporary, `sluice-plain-call-${pid}-`));
  expect(readdirSync(temporary)).toEqual([]);
});

it('takes away what killed processes left days ago, and nothing else', () => {
  const dead = plainCall().pid;
  const abandoned = left(`sluice-plain-call-${dead}-a`, { daysAgo: 2 });
  const fresh = left(`sluice-plain-call-${dead}-b`, { daysAgo: 0 });
  const inUse = left(`sluice-plain-call-${process.pid}-c`, { daysAgo: 2 });
  const another = left(`plain-call-${dead}-d`, { daysAgo: 2 });
  plainCall();
  expect([abandoned, fresh, inUse, another].map((path) => existsSync(path))).toEqual([false, true, true, true]);
});
