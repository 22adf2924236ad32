import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WORKSHOP } from './cli-project.ts';
import { project, sluice } from './sluice-command.ts';

let cwd: string;
beforeAll(() => {
  cwd = project({
    'pipelines/workshop.pipeline.ts': WORKSHOP,
    'quick.yaml': 'length: 4\ncolor: green\n',
    'full.yaml': 'params: { length: 5 }\nsteps: { dry: { timeout: 5s } }\nrun: { name: from-file, tags: [filed] }\n',
  });
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** The object on standard output; nothing may stand beside it. */
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await sluice([...args, '--output', 'json'], { cwd });
  expect(stderr.replace('the pipeline file prints, too\n', '')).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('the JSON contract', () => {
  it('holds for run: run, steps, result', async () => {
    const first = await json('run', 'workshop', '--name', 'first', '--tag', 'a', '--tag', 'b');
    expect(first).toMatchObject({
      run: {
        id: expect.any(String),
        name: 'first',
        pipeline: 'workshop',
        status: 'succeeded',
        startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
        durationMs: expect.any(Number),
        tags: ['a', 'b'],
        params: { length: 3, color: 'red', crash: false, drying: { seconds: 0 }, name: 'bench' },
      },
      result: {
        name: 'bench',
        dry: true,
        sawdust: { digest: expect.stringMatching(/^[0-9a-f]{64}$/), format: 'file', size: 15 },
      },
    });
    expect(first['steps']).toMatchObject(
      ['saw', 'paint', 'dry'].map((name) => ({
        id: expect.any(String),
        name,
        status: 'succeeded',
        durationMs: expect.any(Number),
        key: expect.stringMatching(/^[0-9a-f]{64}$/),
        attempts: 1,
      })),
    );
    const second = await json('run', 'workshop', '--param.name', 'stool');
    expect(second['result']).toMatchObject({ name: 'stool' });
    expect((second['steps'] as { status: string }[]).map(({ status }) => status)).toEqual([
      'cached',
      'cached',
      'cached',
    ]);
  });

  it('holds for plan: what would run, and why', async () => {
    const plan = await json('plan', 'workshop', '--color', 'green');
    expect(plan).toMatchObject({
      pipeline: 'workshop',
      hits: 1,
      misses: 1,
      unknown: 1,
      steps: [
        { id: 'saw', name: 'saw', verdict: 'hit', origin: expect.any(String) },
        { id: 'paint', name: 'paint', verdict: 'miss', reason: expect.stringContaining('color') },
        { id: 'dry', name: 'dry', verdict: 'unknown' },
      ],
    });
  });

  it('holds for why: verdict, origin, differences', async () => {
    await json('run', 'workshop', '--name', 'green', '--color', 'green');
    expect(await json('why', 'green', 'paint')).toMatchObject({
      verdict: 'miss',
      differences: [{ part: 'argument color', before: '"red"', after: '"green"' }],
    });
    expect(await json('why', 'green', 'saw')).toMatchObject({
      verdict: 'hit',
      origin: expect.any(String),
      differences: [],
    });
  });

  it('holds for lists: items and next, page by page', async () => {
    const all = await json('runs', 'list');
    const ids = (page: Record<string, unknown>): string[] => (page['items'] as { id: string }[]).map(({ id }) => id);
    expect(ids(all)).toHaveLength(3);
    const first = await json('runs', 'list', '--limit', '2');
    expect(ids(first)).toEqual(ids(all).slice(0, 2));
    const rest = await json('runs', 'list', '--limit', '2', '--after', String(first['next']));
    expect(ids(rest)).toEqual(ids(all).slice(2));
    expect(rest['next']).toBe(null);
    const named = async (...filter: string[]): Promise<string[]> =>
      ((await json('runs', 'list', ...filter))['items'] as { name: string }[]).map(({ name }) => name);
    expect(await named('--tag', 'a')).toEqual(['first']);
    expect(await named('--sort', 'oldest', '--limit', '1')).toEqual(['first']);
    expect(await named('--status', 'failed,lost')).toEqual([]);
    expect(await named('--search', 'gree', '--pipeline', 'workshop', '--since', '1h')).toEqual(['green']);
    expect(await named('--until', '1h')).toEqual([]);
  });

  it('holds for runs show, with what was tracked', async () => {
    const shown = await json('runs', 'show', 'first');
    expect(shown).toMatchObject({ run: { name: 'first' }, result: { dry: true } });
    expect((shown['steps'] as object[])[1]).toMatchObject({
      name: 'paint',
      metrics: { gloss: 0.3 },
      params: { color: 'red' },
      output: { painted: { format: 'json' } },
    });
  });

  it('holds for runs diff: only differences', async () => {
    expect(await json('runs', 'diff', 'first', 'green')).toMatchObject({
      params: [{ name: 'color', before: 'red', after: 'green' }],
      steps: [{ node: 'paint', changes: [{ name: 'argument color' }] }],
      metrics: [],
    });
  });

  it('holds for artifacts, cache, stacks and doctor', async () => {
    const artifacts = await json('artifacts', 'list', '--run', 'first', '--format', 'file');
    expect(artifacts['items']).toMatchObject([{ step: 'saw', field: 'sawdust', name: 'sawdust.txt', size: 15 }]);
    expect(await json('artifacts', 'show', 'first:saw.sawdust')).toMatchObject({ stored: true, size: 15 });
    expect((await json('cache', 'list', '--step', 'paint'))['items']).toHaveLength(2);
    expect((await json('stack', 'list'))['items']).toMatchObject([{ name: 'local', active: true }]);
    expect(await json('stack', 'describe')).toMatchObject({ name: 'local', components: expect.any(Array) });
    expect(await json('doctor')).toMatchObject({ ok: true });
    expect(await json('cache', 'invalidate', '--step', 'paint')).toEqual({ invalidated: 2 });
    expect((await json('cache', 'list', '--step', 'paint'))['items']).toEqual([]);
  });

  it('takes parameters from files, flags winning', async () => {
    const quick = await json('run', 'workshop', '--config', 'quick.yaml', '--length', '2');
    expect(quick['run']).toMatchObject({ params: { length: 2, color: 'green' } });
    const full = await json('run', 'workshop', '--config', 'full.yaml', '--tag', 'mine');
    expect(full['run']).toMatchObject({ name: 'from-file', tags: ['mine'], params: { length: 5 } });
    const { code, stderr } = await sluice(['run', 'workshop', '--config', 'full.yaml', '--drying.seconds', '600'], {
      cwd,
    });
    expect(code).toBe(1);
    expect(stderr).toContain('ERR_STEP_TIMEOUT');
  });

  it('has YAML and CSV beside it', async () => {
    const yaml = await sluice(['runs', 'list', '--limit', '1', '--output', 'yaml'], { cwd });
    expect(yaml.stdout).toMatch(/^items:\n {2}- id: /);
    const csv = await sluice(['runs', 'list', '--search', 'first', '--output', 'csv'], { cwd });
    expect(csv.stdout).toMatch(
      /^id,name,pipeline,status,startedAt,[^\r]*\r\n[^,]+,first,workshop,succeeded,[^\r]*\r\n$/,
    );
  });
});

describe('artifacts get', () => {
  it('writes a file under its own name, and overwrites only when told to', async () => {
    const out = join(cwd, 'out');
    mkdirSync(out);
    const get = (...args: string[]) => sluice(['artifacts', 'get', 'first:saw.sawdust', ...args], { cwd: out });
    expect(await get()).toMatchObject({ code: 0, stdout: 'sawdust.txt (15 B)\n' });
    expect(readFileSync(join(out, 'sawdust.txt'), 'utf8')).toBe('dust dust dust ');
    writeFileSync(join(out, 'sawdust.txt'), 'mine');
    expect(await get()).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_FILE_EXISTS') });
    expect(readFileSync(join(out, 'sawdust.txt'), 'utf8')).toBe('mine');
    expect(await get('--force')).toMatchObject({ code: 0 });
    expect(readFileSync(join(out, 'sawdust.txt'), 'utf8')).toBe('dust dust dust ');
    expect(await get('deep/er/name.txt')).toMatchObject({ code: 0 });
    expect(existsSync(join(out, 'deep', 'er', 'name.txt'))).toBe(true);
  });

  it('knows a digest by its beginning', async () => {
    const [{ digest }] = (await json('artifacts', 'list', '--run', 'first', '--format', 'file'))['items'] as [
      { digest: string },
    ];
    const { code } = await sluice(['artifacts', 'get', digest.slice(0, 10), 'by-digest.txt'], { cwd });
    expect(code).toBe(0);
  });
});
