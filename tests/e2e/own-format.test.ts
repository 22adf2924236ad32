import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { project, sluice } from './sluice-command.ts';

it("uses the pipeline's own materializers by name on the command line, in a step's process, and in the cache", async () => {
  const cwd = project({});
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const run = async (...args: readonly string[]): Promise<unknown> => {
    const { stdout, stderr, code } = await sluice(['run', 'own-format', '--output', 'json', ...args], { cwd });
    if (code !== 0) throw new Error(stderr);
    const { steps, result } = JSON.parse(stdout) as { steps: readonly { status: string }[]; result: unknown };
    return [...steps.map(({ status }) => status), result];
  };
  const result = '38.97 EUR for 3 people: 12.99 EUR each';
  expect(await run()).toEqual(['succeeded', 'succeeded', result]);
  expect(await run()).toEqual(['cached', 'cached', result]);
  // Whoever does not know the format still gets the bytes.
  const got = await sluice(['artifacts', 'get', 'latest:price.total', 'total.money'], { cwd });
  expect([got.code, readFileSync(join(cwd, 'total.money'), 'utf8')]).toEqual([0, '3897 EUR']);
});
