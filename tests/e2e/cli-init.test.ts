import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sluice } from './sluice-command.ts';

let root: string;
let cwd: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'sluice-new-'));
  cwd = join(root, 'my project');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('sluice init', () => {
  it('makes a project that runs at once, before anything is installed', async () => {
    const made = await sluice(['init', 'my project'], { cwd: root });
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining('cd "my project"')]);
    const first = await sluice(['run', 'count-words'], { cwd });
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('2 ran')]);
    const second = await sluice(['run', 'count-words'], { cwd });
    expect(second.stdout).toContain('2 cached');
    const other = await sluice(['run', 'count-words', '--top', '1', '--output', 'json'], { cwd });
    expect(JSON.parse(other.stdout)).toMatchObject({
      steps: [{ status: 'cached' }, { status: 'succeeded' }],
      result: [['the', 3]],
    });
  });

  it('refuses the folder now', async () => {
    const { code, stderr } = await sluice(['init', '.'], { cwd });
    expect([code, stderr]).toEqual([2, expect.stringContaining('ERR_FILE_EXISTS')]);
  });
});

describe('sluice --help', () => {
  it('lists every verb, and --version the version', async () => {
    const { code, stdout } = await sluice(['--help'], { cwd: root });
    expect(code).toBe(0);
    for (const verb of ['init', 'run', 'plan', 'why', 'runs', 'artifacts', 'cache', 'stack', 'doctor', 'completion']) {
      expect(stdout).toMatch(new RegExp(`^  ${verb}\\b`, 'm'));
    }
    expect((await sluice(['--version'], { cwd: root })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await sluice([], { cwd: root })).stdout).toBe(stdout);
  });

  it('shows the parameters of a pipeline', async () => {
    const { stdout } = await sluice(['run', 'count-words', '--help'], { cwd });
    expect(stdout).toMatch(/--top <integer> +How many words the result lists \(default: 3\)/);
  });
});

describe('completion', () => {
  const complete = async (...words: string[]): Promise<string[]> =>
    (await sluice(['complete-words', '--', ...words], { cwd })).stdout.split('\n').filter((word) => word !== '');

  it('knows verbs, flags, pipelines, parameters, runs and steps', async () => {
    expect(await complete('ru')).toEqual(['run', 'runs']);
    expect(await complete('runs', 'de')).toEqual(['delete']);
    expect(await complete('run', 'count')).toEqual(['count-words']);
    expect(await complete('run', 'count-words', '--t')).toEqual(['--tag', '--text', '--top']);
    expect(await complete('run', 'count-words', '--mode', '')).toEqual(['fail-fast', 'stop', 'continue']);
    expect(await complete('runs', 'list', '--status', 'fa')).toEqual(['failed']);
    expect(await complete('runs', 'show', '--h')).toEqual(['--help']);
    expect(await complete('run', 'count-words', '--h')).toEqual(['--help']);
    expect(await complete('artifacts', 'push', '--to', '')).toEqual(['local']);
    expect(await complete('run', 'count-words', '--from', '')).toEqual(['split', 'count']);
    expect(await complete('why', 'lat')).toEqual(['latest']);
    expect(await complete('why', 'latest', '')).toEqual(['split', 'count']);
    expect(await complete('runs', 'list', '--stack', '')).toEqual(['local']);
  });

  it.each(['bash', 'zsh', 'fish'])('has a script for %s', async (shell) => {
    const { code, stdout } = await sluice(['completion', shell], { cwd });
    expect([code, stdout]).toEqual([0, expect.stringContaining('complete-words')]);
  });
});
