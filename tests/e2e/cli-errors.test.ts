import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WORKSHOP } from './cli-project.ts';
import { project, sluice } from './sluice-command.ts';

/** A step that ends its process in a way that no run can see. */
const EARLY = `
import { setTimeout as wait } from 'node:timers/promises';
import { pipeline, step } from 'sluice';
import { z } from 'zod';

class Steps {
  @step({ cache: false }) async leave(how: string): Promise<number> {
    if (how === 'exit') process.exit(0);
    if (how === 'timer') setTimeout(() => { throw new RangeError('too late') }, 1);
    else void Promise.reject(new RangeError('too late'));
    await wait(60_000);
    return 1;
  }
}

@pipeline({ name: 'early', params: z.object({ how: z.enum(['exit', 'timer', 'promise']) }) })
export class Early {
  run({ how }: { how: string }) {
    return new Steps().leave(how);
  }
}
`;

let cwd: string;
beforeAll(async () => {
  cwd = project({
    'pipelines/workshop.pipeline.ts': WORKSHOP,
    'broken.yaml': 'length: 3\ncolor: [red\n',
    'slip.yaml': 'lenght: 3\n',
    'wrong.yaml': 'length: long\n',
    'steps.yaml': 'params: {}\nsteps: { pant: { timeout: 3s } }\n',
    'notes.txt': 'no pipeline',
    'pipelines/bad.pipeline.ts': 'export const x = {;\n',
    'lost.ts': "import 'no-such-package';\n",
    'bad-data/data.yaml': 'names: [a\n',
    'no-data/readme.txt': 'nothing here',
    'pipelines/early.pipeline.ts': EARLY,
  });
  expect((await sluice(['run', 'workshop', '--name', 'good'], { cwd })).code).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** [words, exit code, code of the error, what the message says] */
const TABLE: readonly (readonly [string, number, string, string])[] = [
  ['run workshpo', 2, 'ERR_PIPELINE_NOT_FOUND', 'Did you mean workshop?'],
  ['run pipelines/none.pipeline.ts', 2, 'ERR_FILE_NOT_FOUND', 'none.pipeline.ts'],
  [
    'run ./lost.ts',
    2,
    'ERR_PIPELINE_IMPORT',
    "lost.ts can't be imported: Error: Cannot find package 'no-such-package'",
  ],
  ['run', 2, 'ERR_USAGE', 'needs the name of a pipeline'],
  ['run --length 3 workshop', 2, 'ERR_USAGE', 'the pipeline comes before its parameters'],
  ['run workshop --length abc', 2, 'ERR_PARAMS', '--length: expected a whole number, got "abc".'],
  ['run workshop --lenght 3', 2, 'ERR_PARAMS', 'There is no --lenght. Did you mean --length?'],
  ['run workshop --length -1', 2, 'ERR_PARAMS', 'length'],
  ['run workshop --color blue', 2, 'ERR_PARAMS', '--color: expected one of red, green, got "blue".'],
  ['run workshop --config none.yaml', 2, 'ERR_FILE_NOT_FOUND', 'Configuration file none.yaml does not exist.'],
  ['run workshop --config broken.yaml', 2, 'ERR_CONFIG', 'broken.yaml:3:1: Flow sequence'],
  ['run workshop --config slip.yaml', 2, 'ERR_CONFIG', 'there is no parameter lenght. Did you mean length?'],
  ['run workshop --config wrong.yaml', 2, 'ERR_PARAMS', 'length'],
  ['run workshop --config steps.yaml', 2, 'ERR_CONFIG', 'workshop has no step pant. Did you mean paint?'],
  ['run workshop --refresh swa', 2, 'ERR_USAGE', 'workshop has no step swa. Did you mean saw?'],
  ['run workshop --mode quick', 2, 'ERR_USAGE', 'quick'],
  ['run workshop --max-parallel none', 2, 'ERR_USAGE', 'none'],
  ['run workshop --stack team', 2, 'ERR_STACK_NOT_FOUND', 'There is no stack team.'],
  ['plan workshop --lenght 3', 2, 'ERR_PARAMS', 'Did you mean --length?'],
  ['runs show nowhere', 2, 'ERR_NOT_FOUND', 'There is no run nowhere.'],
  ['runs show god', 2, 'ERR_NOT_FOUND', 'Did you mean good?'],
  ['runs logs good --step swa', 2, 'ERR_NOT_FOUND', 'Did you mean saw?'],
  ['runs list --status brocken', 2, 'ERR_USAGE', 'there is no state "brocken"'],
  ['runs list --since yesterday', 2, 'ERR_USAGE', '--since: expected a time'],
  ['runs list --limit 0', 2, 'ERR_USAGE', 'Expected a whole number from 1 on'],
  ['runs list --output xml', 2, 'ERR_USAGE', 'xml'],
  ['runs lst', 2, 'ERR_USAGE', 'Did you mean list?'],
  ['runs', 2, 'ERR_USAGE', 'sluice runs needs a verb'],
  ['runs cancel good', 2, 'ERR_USAGE', 'has ended already'],
  ['runs resume good', 2, 'ERR_USAGE', 'there is nothing to resume'],
  ['runs delete good', 2, 'ERR_USAGE', 'has to be confirmed'],
  ['rnu workshop', 2, 'ERR_USAGE', 'Did you mean run?'],
  ['why good swa', 2, 'ERR_NOT_FOUND', 'Did you mean saw?'],
  ['why good', 2, 'ERR_USAGE', "missing required argument 'step'"],
  ['artifacts get ffff0000', 2, 'ERR_NOT_FOUND', 'There is no artifact ffff0000.'],
  ['artifacts get good:saw.dust', 2, 'ERR_NOT_FOUND', 'saw.sawdust'],
  ['cache invalidate', 2, 'ERR_USAGE', 'needs to know which results'],
  ['cache invalidate --all --step saw', 2, 'ERR_USAGE', 'not both'],
  ['run train-yolo --data nowhere', 2, 'ERR_PARAMS', 'Data nowhere does not exist'],
  ['run train-yolo --data no-data', 2, 'ERR_PARAMS', 'no-data'],
  ['run train-yolo --data bad-data/data.yaml', 2, 'ERR_PARAMS', 'data.yaml is no YAML'],
  ['plan train-yolo --data shapes:train=many', 2, 'ERR_PARAMS', 'train=many is not understood'],
  ['completion tcsh', 2, 'ERR_USAGE', 'tcsh'],
];

describe('bad input', () => {
  it.each(TABLE)('sluice %s', async (words, code, error, message) => {
    const args = words.split(' ');
    const ended = await sluice(args, { cwd });
    expect(ended.stderr).toContain(`✗ ${error} `);
    expect(ended.stderr).toContain(message);
    // What to do about it, and no trace of our own.
    expect(ended.stderr).toContain('→ ');
    expect(ended.stderr).not.toMatch(/^\s+at .*(dist|framework)[\\/]/m);
    expect(ended.code).toBe(code);
  });

  it('is JSON on standard error where data was asked for, and nothing on standard output', async () => {
    for (const args of [
      ['runs', 'show', 'nowhere'],
      ['runs', 'show', '--bogus'],
      ['run', 'workshop', '--length', 'abc'],
    ]) {
      const { code, stdout, stderr } = await sluice([...args, '--output', 'json'], { cwd });
      const { error } = JSON.parse(stderr.replace('the pipeline file prints, too\n', '')) as { error: object };
      expect(error).toMatchObject({
        code: expect.stringMatching(/^ERR_/),
        message: expect.any(String),
        hint: expect.any(String),
      });
      expect([code, stdout]).toEqual([2, '']);
    }
  });

  it('shows the trace of the engine with --debug', async () => {
    const { stderr } = await sluice(['runs', 'show', 'nowhere', '--debug'], { cwd });
    expect(stderr).toMatch(/at findRun \(.*find-run\.ts:\d+/);
  });
});

describe('a step that throws', () => {
  it("fails the run with 1, and shows the line in the user's own file", async () => {
    const { code, stdout, stderr } = await sluice(['run', 'workshop', '--crash', '--name', 'bad'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain('✗ paint');
    expect(stderr).toContain('✗ ERR_STEP_FAILED Step paint failed: RangeError: the tin is empty');
    expect(stderr).toMatch(/at WorkshopSteps\.paint \(.*workshop\.pipeline\.ts:20:\d+\)/);
    expect(stderr).not.toMatch(/(dist|framework)[\\/]/);
    expect(stderr).toContain('sluice runs logs bad --step paint');
  });

  it('has the run on standard output and the error on standard error in JSON', async () => {
    const ended = await sluice(['run', 'workshop', '--crash', '--output', 'json'], { cwd });
    expect(ended.code).toBe(1);
    expect(JSON.parse(ended.stdout)).toMatchObject({ run: { status: 'failed' }, result: null });
    expect(JSON.parse(ended.stderr.replace('the pipeline file prints, too\n', ''))).toMatchObject({
      error: { code: 'ERR_STEP_FAILED', message: expect.stringContaining('the tin is empty') },
    });
  });
});

describe('a pipeline file', () => {
  it('that does not parse is a sentence with its place', async () => {
    const { code, stderr } = await sluice(['run', 'pipelines/bad.pipeline.ts'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toMatch(/ERR_SOURCE_SYNTAX .*bad\.pipeline\.ts:1:/);
  });

  it('is found from a folder below the project, and through a link', async () => {
    const below = await sluice(['plan', 'workshop', '--output', 'mermaid'], { cwd: join(cwd, 'pipelines') });
    expect(below.stdout).toContain('flowchart TD');
    symlinkSync(cwd, `${cwd}-link`, 'junction');
    try {
      const linked = await sluice(['run', 'workshop'], { cwd: `${cwd}-link` });
      expect(linked.stdout).toContain('3 cached');
    } finally {
      rmSync(`${cwd}-link`);
    }
  });
});

it('says of a store that is a file what it is, not that the pipeline is at fault', async () => {
  const { code, stderr } = await sluice(['run', 'workshop'], { cwd, env: { SLUICE_HOME: join(cwd, 'notes.txt') } });
  expect(stderr).toContain('✗ ERR_STORE_OPEN ');
  expect(code).toBe(2);
});

describe('user code that ends the process of its run', () => {
  it.each([
    ['timer', 'RangeError: too late'],
    ['promise', 'RangeError: too late'],
    ['exit', 'user code ended it with code 0'],
  ])('by %s is a failure in our words, with the lines of the user alone', async (how, said) => {
    const { code, stderr } = await sluice(['run', 'early', '--how', how], { cwd });
    expect(stderr).toContain('✗ ERR_RUN_ENDED_EARLY The process ended before its run: ');
    expect(stderr).toContain(said);
    expect(stderr).not.toMatch(/^\s+at .*(dist|framework)[\\/]/m);
    if (how !== 'exit') expect(stderr).toContain('early.pipeline.ts:');
    expect(code).toBe(1);
    const { stdout } = await sluice(['runs', 'list', '--limit', '1', '--output', 'json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ items: [{ pipeline: 'early', status: 'lost' }] });
  });
});

describe.runIf(process.platform === 'linux')('output to a full disk', () => {
  const command = resolve(import.meta.dirname, '..', '..', 'bin', 'sluice.js');

  it.each([
    ['a list', ['runs', 'list']],
    ['help', ['--help']],
    ['a run, which goes on', ['run', 'workshop', '--name', 'unheard']],
  ])('of %s is one sentence and exit code 1', async (_, args) => {
    const full = openSync('/dev/full', 'w');
    try {
      const { status, stderr } = spawnSync(process.execPath, [command, ...args], {
        cwd,
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      });
      expect(stderr).toContain("✗ standard output can't be written: ");
      expect(stderr).not.toContain('    at ');
      expect(status).toBe(1);
    } finally {
      closeSync(full);
    }
    if (args[0] !== 'run') return;
    const { stdout } = await sluice(['runs', 'show', 'unheard', '--output', 'json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ run: { status: 'succeeded' } });
  });
});
