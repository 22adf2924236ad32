import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { project, sluice } from './sluice-command.ts';

const PIPELINES = `
import { pipeline, step } from 'sluice';
import { z } from 'zod';
const Params = z.object({ n: z.number().default(1) });
class Steps {
  @step() async shared(n: number): Promise<number> { return n + BY; }
  @step({ cache: { scope: 'pipeline' } }) async own(n: number): Promise<number> { return n; }
  @step({ cache: { expires: '1ms' } }) async brief(n: number): Promise<number> { return n; }
}
const BY = 1;
@pipeline({ name: 'first', params: Params })
export class First {
  async run({ n }: { n: number }) { const s = new Steps(); return [await s.shared(n), await s.own(n), await s.brief(n)]; }
}
@pipeline({ name: 'second', params: Params })
export class Second {
  async run({ n }: { n: number }) { const s = new Steps(); return [await s.shared(n), await s.own(n)]; }
}
`;

let cwd: string;
beforeAll(() => {
  cwd = project({ 'pipelines/all.pipeline.ts': PIPELINES });
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function json(...args: string[]) {
  const { code, stdout, stderr } = await sluice([...args, '--output', 'json'], { cwd });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}
const statuses = (run: { readonly steps: readonly { readonly name: string; readonly status: string }[] }) =>
  Object.fromEntries(run.steps.map(({ name, status }) => [name, status]));
const text = async (...args: string[]): Promise<string> => (await sluice(args, { cwd })).stdout;

it('a policy says who shares results, how long, and a hit outlives the run that made it', async () => {
  const first = await json('run', 'first');
  expect(statuses(await json('run', 'second'))).toEqual({ shared: 'cached', own: 'succeeded' });
  expect(await text('why', 'latest', 'own')).toContain('It never ran in this pipeline.');

  expect(await text('runs', 'delete', first.run.id, '--yes')).toMatch(/cache entries stay/);
  const again = await json('run', 'first');
  expect(statuses(again)).toEqual({ shared: 'cached', own: 'cached', brief: 'succeeded' });
  expect(await json('why', 'latest', 'shared')).toMatchObject({ verdict: 'hit', origin: `${first.run.id}/shared` });
  expect((await json('why', 'latest', 'brief')).reason).toMatch(/has expired/);

  const { items } = await json('cache', 'list', '--step', 'brief');
  expect(items).toMatchObject([{ expired: true }]);
  expect(await text('cache', 'list', '--step', 'brief')).toMatch(/expired (?:just now|\d+ s ago)/);
  const plan = await json('plan', 'first');
  expect(plan.steps.find(({ id }: { id: string }) => id === 'brief')).toMatchObject({
    verdict: 'miss',
    reason: expect.stringMatching(/has expired/),
  });
});

it('results are forgotten by step, run, key and age, and it says first which', async () => {
  const { run } = await json('run', 'second', '--n', '7');
  const [{ key }] = (await json('cache', 'list', '--run', run.id)).items;
  expect(await text('cache', 'invalidate', '--step', 'nothing')).toBe('No result matches: nothing to forget.\n');
  expect(await json('cache', 'invalidate', '--run', run.id, '--dry-run')).toEqual({
    invalidated: 0,
    matched: 2,
    steps: { own: 1, shared: 1 },
  });
  expect(await text('cache', 'invalidate', '--older-than', '1h', '--dry-run')).toMatch(/No result matches/);
  expect(statuses(await json('run', 'second', '--n', '7'))).toEqual({ shared: 'cached', own: 'cached' });
  expect(await json('cache', 'invalidate', '--key', key.slice(0, 12))).toEqual({ invalidated: 1 });
  expect(await text('cache', 'invalidate', '--run', run.id)).toBe('1 result forgotten.\n');
  expect(statuses(await json('run', 'second', '--n', '7'))).toEqual({ shared: 'succeeded', own: 'succeeded' });
  expect((await json('cache', 'invalidate', '--all')).invalidated).toBeGreaterThan(2);
  expect((await json('cache', 'list')).items).toEqual([]);
});

it('why shows the lines that changed', async () => {
  await json('run', 'second', '--n', '1');
  const file = join(cwd, 'pipelines/all.pipeline.ts');
  writeFileSync(file, PIPELINES.replace('BY = 1', 'BY = 2'));
  await json('run', 'second', '--n', '1');
  const diff = await text('why', 'latest', 'shared', '--diff');
  expect(diff).toContain('code pipelines/all.pipeline.ts#BY');
  expect(diff).toContain('-const BY = 1;');
  expect(diff).toContain('+const BY = 2;');
  const { differences } = await json('why', 'latest', 'shared');
  expect(differences).toMatchObject([{ code: { file: 'pipelines/all.pipeline.ts', symbol: 'BY' } }]);
});
