import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WORKSHOP } from './cli-project.ts';
import { project, sluice, startSluice } from './sluice-command.ts';

let cwd: string;
beforeAll(() => {
  cwd = project({ 'pipelines/workshop.pipeline.ts': WORKSHOP });
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const statusOf = async (run: string): Promise<string> => {
  const { stdout } = await sluice(['runs', 'show', run, '--output', 'json'], { cwd });
  return (JSON.parse(stdout) as { run: { status: string } }).run.status;
};

describe('a run in a pipe', () => {
  it('is lines that stay, without colours, and names its files', async () => {
    const { code, stdout, stderr } = await sluice(['run', 'workshop', '--name', 'one'], { cwd });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).not.toContain('\u001B');
    expect(stdout).toMatch(/^workshop one · 3 steps · stack local$/m);
    expect(stdout).toMatch(/^✓ saw {4}\d+ ms$/m);
    expect(stdout).toMatch(/^✓ workshop one succeeded · .* · 3 ran · \w+$/m);
    expect(stdout).toContain('sawdust.txt 15 B · sluice artifacts get one:saw.sawdust');
  });

  it('says nothing with --quiet', async () => {
    const { code, stdout, stderr } = await sluice(['run', 'workshop', '--quiet'], { cwd });
    expect([code, stdout.replace('the pipeline file prints, too\n', ''), stderr]).toEqual([0, '', '']);
  });

  it('has colours when they are forced, and none with NO_COLOR', async () => {
    const forced = await sluice(['runs', 'list'], { cwd, env: { FORCE_COLOR: '1' } });
    expect(forced.stdout).toContain('\u001B[');
    const none = await sluice(['runs', 'list'], { cwd, env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    expect(none.stdout).not.toContain('\u001B[');
  });

  it('survives a reader that leaves', async () => {
    const bin = join(resolve(import.meta.dirname, '..', '..'), 'bin', 'sluice.js');
    const child = spawn(process.execPath, [bin, 'run', 'workshop', '--name', 'unread'], { cwd });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += String(text);
    });
    child.stdout.destroy();
    const code = await new Promise((done) => child.on('close', done));
    expect([code, stderr]).toEqual([0, '']);
    expect(await statusOf('unread')).toBe('succeeded');
  });
});

describe('a run that is stopped', () => {
  it('by Ctrl-C ends as cancelled, with 130, and can be resumed', async () => {
    const run = startSluice(['run', 'workshop', '--name', 'stopped', '--drying.seconds', '3600'], { cwd });
    await run.said('▸ dry');
    run.signal('SIGINT');
    const { code, stdout, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(stdout).toContain('Press Ctrl-C again to stop now');
    expect(stderr).toContain('ERR_CANCELLED');
    expect(stderr).toContain('sluice runs resume stopped');
    expect(await statusOf('stopped')).toBe('cancelled');
    const resumed = startSluice(['runs', 'resume', 'stopped'], { cwd });
    await resumed.said('▸ dry');
    expect(await statusOf('latest')).toBe('running');
    const deleted = await sluice(['runs', 'delete', 'latest', '--yes'], { cwd });
    expect([deleted.code, deleted.stderr]).toEqual([2, expect.stringContaining('can not be deleted')]);
    const cancelled = await sluice(['runs', 'cancel', 'latest'], { cwd });
    expect([cancelled.code, cancelled.stdout]).toEqual([0, expect.stringContaining('is cancelled')]);
    expect((await resumed.ended).code).toBe(130);
  });

  it('by kill -9 is shown as lost by the next command', async () => {
    const run = startSluice(['run', 'workshop', '--name', 'killed', '--drying.seconds', '3601'], { cwd });
    await run.said('▸ dry');
    run.signal('SIGKILL');
    await run.ended;
    const { stdout } = await sluice(['runs', 'list', '--search', 'killed'], { cwd });
    expect(stdout).toMatch(/killed .*\? lost/);
    const again = await sluice(['plan', 'workshop', '--drying.seconds', '3601', '--output', 'json'], { cwd });
    expect(JSON.parse(again.stdout)).toMatchObject({ hits: 2, misses: 1 });
  });
});

describe('the history', () => {
  it('keeps what steps printed', async () => {
    const { stdout } = await sluice(['runs', 'logs', 'one', '--step', 'saw'], { cwd });
    expect(stdout).toMatch(/sawing \{"length":3\}\n.*zzz\n/);
    const json = await sluice(['runs', 'logs', 'one', '--output', 'json'], { cwd });
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toMatchObject([
      { step: 'saw', attempt: 1, level: 'info', source: 'log', message: 'sawing', fields: { length: 3 } },
      { step: 'saw', attempt: 1, level: 'info', source: 'stdout', message: 'zzz' },
    ]);
  });

  it('follows a run until it ends', async () => {
    const run = startSluice(['run', 'workshop', '--name', 'followed', '--length', '7', '--drying.seconds', '2'], {
      cwd,
    });
    await run.said('▸ dry');
    const { code, stdout } = await sluice(['runs', 'logs', 'followed', '--follow'], { cwd });
    expect([code, stdout]).toEqual([0, expect.stringContaining('sawing {"length":7}')]);
    expect(await statusOf('followed')).toBe('succeeded');
    await run.ended;
  });

  it('is shown to people, and forgets what is deleted', async () => {
    const shown = await sluice(['runs', 'show', 'one'], { cwd });
    expect(shown.stdout).toMatch(/✓ paint {2}succeeded/);
    expect(shown.stdout).toContain('gloss=0.3');
    const deleted = await sluice(['runs', 'delete', 'one', '--yes'], { cwd });
    expect([deleted.code, deleted.stdout]).toEqual([0, 'Deleted one. Artifacts and cache entries stay.\n']);
    expect((await sluice(['runs', 'show', 'one'], { cwd })).code).toBe(2);
    const again = await sluice(['run', 'workshop'], { cwd });
    expect(again.stdout).toContain('3 cached');
  });

  it('may stand elsewhere', async () => {
    const env = { SLUICE_HOME: join(cwd, 'elsewhere') };
    expect((await sluice(['runs', 'list'], { cwd, env })).stdout).toBe('No runs.\n');
  });
});
