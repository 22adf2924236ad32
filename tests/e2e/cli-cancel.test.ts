import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { project, sluice, startSluice } from './sluice-command.ts';
import { startViewer } from './viewer-process.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Steps that end in every way, or don't. Each writes a file when its own code runs, for the moment from which on it can be cancelled. */
const STUBBORN = `
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

const begun = (name: string): void => writeFileSync(name + '.begun', '');
const compute = (): number => {
  for (let i = 0; ; i++) if (i === -1) return i;
};

class Steps {
  @step() async first(): Promise<number> {
    return 1;
  }
  @step() async alone(): Promise<number> {
    begun('alone');
    return compute();
  }
  @step() async busy(one: number): Promise<number> {
    begun('busy');
    return compute() + one;
  }
  @step() async later(one: number): Promise<number> {
    await wait(20);
    begun('later');
    return compute() + one;
  }
  @step({ timeout: '500ms' }) async late(one: number): Promise<number> {
    begun('late');
    return compute() + one;
  }
  @step() async native(one: number): Promise<number> {
    begun('native');
    execFileSync(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    return one;
  }
  @step() async deaf(one: number): Promise<number> {
    begun('deaf');
    await wait(3_600_000);
    return one;
  }
  @step({ isolation: 'process' }) async blocked(one: number): Promise<number> {
    const { signal } = stepContext();
    begun('blocked');
    return signal.aborted ? one : compute();
  }
  @step({ isolation: 'process' }) async stubborn(one: number): Promise<number> {
    process.on('SIGTERM', () => {});
    begun('stubborn');
    return one + compute();
  }
  @step({ isolation: 'process' }) async polite(one: number): Promise<number> {
    const { signal } = stepContext();
    begun('polite');
    await wait(3_600_000, undefined, { signal }).catch(() => wait(1500));
    begun('polite-checkpoint');
    signal.throwIfAborted();
    return one;
  }
}

@pipeline({ name: 'stubborn', params: z.object({ how: z.string() }) })
export class Stubborn {
  constructor(private readonly steps = new Steps()) {}
  async run({ how }: { how: string }) {
    if (how === 'at once') return this.steps.first();
    if (how === 'alone') return this.steps.alone();
    const one = await this.steps.first();
    return this.steps[how as 'busy'](one);
  }
}
`;

function newProject(): string {
  const dir = project({ 'pipelines/stubborn.pipeline.ts': STUBBORN });
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  return dir;
}

/** Starts the pipeline, and waits until the step's own code runs. */
async function begin(cwd: string, how: string) {
  const command = startSluice(['run', 'stubborn', '--how', how, '--name', how], { cwd, group: true });
  await Promise.race([fileAppears(join(cwd, `${how}.begun`)), command.ended]);
  return command;
}

async function fileAppears(file: string): Promise<void> {
  while (!existsSync(file)) await pause(20);
}

async function record(cwd: string, how: string) {
  const { stdout } = await sluice(['runs', 'show', how, '--output', 'json'], { cwd });
  const { run, steps } = JSON.parse(stdout) as { run: Shown; steps: (Shown & { node: string })[] };
  return { run, status: Object.fromEntries(steps.map(({ node, status }) => [node, status])), steps };
}

interface Shown {
  readonly status: string;
  readonly durationMs: number;
  readonly error: { readonly code: string; readonly hint?: string } | null;
}

describe('a step that computes without giving way to anything', () => {
  it.each(['busy', 'later'])('is ended by Ctrl-C, and its run is cancelled (%s)', async (how) => {
    const cwd = newProject();
    const command = await begin(cwd, how);
    // A press before anybody listens in the step's place is lost; who sees nothing happen presses again.
    const pressing = setInterval(() => command.signalGroup('SIGINT'), 1000);
    const { code, stderr } = await command.ended.finally(() => clearInterval(pressing));
    expect([code, stderr]).toEqual([130, expect.stringContaining('ERR_CANCELLED')]);
    expect(await record(cwd, how)).toMatchObject({
      run: { status: 'cancelled' },
      status: { first: 'succeeded', [how]: 'cancelled' },
    });
  });

  it('holds up no other command, though it is the first of its run and nobody has run its code before', async () => {
    const cwd = newProject();
    const { stdout } = await sluice(['run', 'stubborn', '--how', 'at once', '--output', 'json'], { cwd });
    expect(stdout).toContain('succeeded');
    const command = await begin(cwd, 'alone');
    // Both write to the record.
    const noted = await sluice(['runs', 'note', 'alone', 'still going'], { cwd });
    const cancelled = await sluice(['runs', 'cancel', 'alone'], { cwd });
    expect([noted.code, noted.stderr, cancelled.code, cancelled.stderr]).toEqual([0, '', 0, '']);
    expect((await command.ended).code).toBe(130);
    expect(await record(cwd, 'alone')).toMatchObject({ run: { status: 'cancelled' }, status: { alone: 'cancelled' } });
  });

  it('is ended by another process', async () => {
    const cwd = newProject();
    const command = await begin(cwd, 'busy');
    const cancelled = await sluice(['runs', 'cancel', 'busy'], { cwd });
    expect([cancelled.code, cancelled.stdout]).toEqual([0, expect.stringContaining('Run busy is cancelled')]);
    expect((await command.ended).code).toBe(130);
    expect((await record(cwd, 'busy')).status).toEqual({ first: 'succeeded', busy: 'cancelled' });
    const { stdout } = await sluice(['plan', 'stubborn', '--how', 'busy', '--output', 'json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ hits: 1, misses: 1 });
  });

  it('is ended by its timeout, and the run says whose fault it is', async () => {
    const cwd = newProject();
    const { code, stderr } = await (await begin(cwd, 'late')).ended;
    expect([code, stderr]).toEqual([1, expect.stringContaining('ERR_STEP_TIMEOUT')]);
    const { run, steps } = await record(cwd, 'late');
    expect(run).toMatchObject({ status: 'failed', error: { code: 'ERR_STEP_TIMEOUT' } });
    expect(steps[1]).toMatchObject({ status: 'failed', error: { hint: expect.stringContaining('isolation') } });
  });

  it('in native code is killed with its process by runs cancel --now, and its run is cancelled', async () => {
    const cwd = newProject();
    const command = await begin(cwd, 'native');
    const cancelled = await sluice(['runs', 'cancel', 'native', '--now'], { cwd });
    expect([cancelled.code, cancelled.stdout]).toEqual([0, expect.stringContaining('Run native is cancelled')]);
    await command.ended;
    expect((await record(cwd, 'native')).status).toEqual({ first: 'succeeded', native: 'cancelled' });
  });
});

describe('a step that is cancelled by the API', () => {
  it.each(['busy', 'blocked', 'deaf'])('is gone soon, in a loop that never ends too (%s)', async (how) => {
    const cwd = newProject();
    const viewer = await startViewer(cwd);
    const command = await begin(cwd, how);
    const { items } = await viewer.json<{ items: { id: string }[] }>('/api/runs');
    expect((await viewer.send('POST', `/api/runs/${items[0]?.id}/cancel`)).status).toBe(200);
    expect((await command.ended).code).toBe(130);
    expect((await record(cwd, how)).status).toEqual({ first: 'succeeded', [how]: 'cancelled' });
  });
});

describe('a program of one’s own that calls run()', () => {
  const started = (cwd: string, how: string, before = '') => {
    writeFileSync(
      join(cwd, 'go.ts'),
      `${before}
import { run } from 'sluice';
import { Stubborn } from './pipelines/stubborn.pipeline.ts';
await run(Stubborn, { how: '${how}' }, { name: '${how}' }).catch((error: { code: string }) => console.log('caught ' + error.code));
`,
    );
    const args = ['--import', pathToFileURL(join(ROOT, 'dist', 'register.js')).href, 'go.ts'];
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (text) => (stdout += text));
    return new Promise<{ readonly signal: string | null; readonly stdout: string }>((done) => {
      child.on('close', (_, signal) => done({ signal, stdout }));
    });
  };

  it('hears of a cancel where the step is in a process of its own, and goes on', async () => {
    const cwd = newProject();
    const ended = started(cwd, 'blocked');
    await Promise.race([fileAppears(join(cwd, 'blocked.begun')), ended]);
    await sluice(['runs', 'cancel', 'blocked'], { cwd });
    expect(await ended).toEqual({ signal: null, stdout: 'caught ERR_CANCELLED\n' });
    expect((await record(cwd, 'blocked')).status).toEqual({ first: 'succeeded', blocked: 'cancelled' });
  });

  it('ends where an inline step blocks it and somebody cancels the run, which is cancelled then', async () => {
    const cwd = newProject();
    const ended = started(cwd, 'busy');
    await Promise.race([fileAppears(join(cwd, 'busy.begun')), ended]);
    const cancelled = await sluice(['runs', 'cancel', 'busy'], { cwd });
    expect([cancelled.code, cancelled.stdout]).toEqual([0, expect.stringContaining('Run busy is cancelled')]);
    expect(await ended).toEqual({ signal: 'SIGTERM', stdout: '' });
    expect((await record(cwd, 'busy')).status).toEqual({ first: 'succeeded', busy: 'cancelled' });
  });

  it('ends where an inline step blocks it and somebody cancels the run by the API', async () => {
    const cwd = newProject();
    const viewer = await startViewer(cwd);
    const ended = started(cwd, 'busy');
    await Promise.race([fileAppears(join(cwd, 'busy.begun')), ended]);
    const { items } = await viewer.json<{ items: { id: string }[] }>('/api/runs');
    await viewer.send('POST', `/api/runs/${items[0]?.id}/cancel`);
    expect(await ended).toEqual({ signal: 'SIGTERM', stdout: '' });
    expect((await record(cwd, 'busy')).status).toEqual({ first: 'succeeded', busy: 'cancelled' });
  });

  it.runIf(process.platform !== 'win32')(
    'is left alone where it takes SIGTERM itself, and who cancels is told',
    async () => {
      const cwd = newProject();
      const ended = started(cwd, 'busy', `process.on('SIGTERM', () => {});`);
      await Promise.race([fileAppears(join(cwd, 'busy.begun')), ended]);
      const cancelling = startSluice(['runs', 'cancel', 'busy'], { cwd });
      expect(await cancelling.said('--now')).toContain('A step blocks its process');
      expect((await record(cwd, 'busy')).run.status).toBe('running');
      await sluice(['runs', 'cancel', 'busy', '--now'], { cwd });
      expect((await ended).signal).toBe('SIGKILL');
      expect((await cancelling.ended).stdout).toContain('Run busy is cancelled');
    },
  );

  it('goes on where its step gives way, though it is long about its end', async () => {
    const cwd = newProject();
    const ended = started(cwd, 'polite');
    await Promise.race([fileAppears(join(cwd, 'polite.begun')), ended]);
    await sluice(['runs', 'cancel', 'polite'], { cwd });
    expect(await ended).toEqual({ signal: null, stdout: 'caught ERR_CANCELLED\n' });
  });

  it('is killed by --now where an inline step blocks it, and its run is cancelled', async () => {
    const cwd = newProject();
    const ended = started(cwd, 'busy');
    await Promise.race([fileAppears(join(cwd, 'busy.begun')), ended]);
    const cancelled = await sluice(['runs', 'cancel', 'busy', '--now'], { cwd });
    expect([cancelled.code, cancelled.stdout]).toEqual([0, expect.stringContaining('Run busy is cancelled')]);
    expect(await ended).toEqual({ signal: 'SIGKILL', stdout: '' });
    expect((await record(cwd, 'busy')).status).toEqual({ first: 'succeeded', busy: 'cancelled' });
  });
});

describe('a step that is cancelled by another process', () => {
  it.each(['deaf', 'blocked', 'stubborn'])('is gone soon when it does not listen (%s)', async (how) => {
    const cwd = newProject();
    const command = await begin(cwd, how);
    const cancelled = await sluice(['runs', 'cancel', how], { cwd });
    expect(cancelled.stdout).toContain(`Run ${how} is cancelled`);
    expect((await command.ended).code).toBe(130);
    expect((await record(cwd, how)).status).toEqual({ first: 'succeeded', [how]: 'cancelled' });
  });

  it('has its time when it listens', async () => {
    const cwd = newProject();
    const command = await begin(cwd, 'polite');
    await sluice(['runs', 'cancel', 'polite'], { cwd });
    expect((await command.ended).code).toBe(130);
    expect(existsSync(join(cwd, 'polite-checkpoint.begun'))).toBe(true);
  });

  it('has no time with --now', async () => {
    const cwd = newProject();
    const command = await begin(cwd, 'polite');
    await sluice(['runs', 'cancel', 'polite', '--now'], { cwd });
    expect((await command.ended).code).toBe(130);
    expect(existsSync(join(cwd, 'polite-checkpoint.begun'))).toBe(false);
  });
});
