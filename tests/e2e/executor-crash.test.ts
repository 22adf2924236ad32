import { describe, expect, it } from 'vitest';
import { executorProject } from './executor-project.ts';

describe('several processes on one store', () => {
  it('compute a key once, and wait for each other', async () => {
    const project = executorProject();
    const { ranFile } = project;
    const all = [1, 2, 3].map(() => project.go('Slow', { ms: 1500, ranFile }));
    const finished = await Promise.all(all.map((going) => going.finished));
    expect(finished.map((one) => one?.run.result)).toEqual(Array(3).fill('quick and slow'));
    expect(
      project
        .ran()
        ?.split('\n')
        .filter((line) => line === 'slow'),
    ).toHaveLength(1);
    expect(all.flatMap(({ events }) => events).some(({ type }) => type === 'step-waiting')).toBe(true);
  });

  it('wait for one whose step blocks its event loop, and do not take it for dead', async () => {
    const project = executorProject();
    const params = { ms: 4000, ranFile: project.ranFile };
    const first = project.go('Blocks', params);
    await first.until('step-started');
    const second = await project.go('Blocks', params).finished;
    expect(second?.steps.map(({ status }) => status)).toEqual(['cached']);
    expect((await first.finished)?.run.status).toBe('succeeded');
    expect(project.ran()).toBe('blocks\n');
  });
});

describe('a run that is killed', () => {
  it('is shown as lost by the next one, which takes over its claim and uses what it had committed', async () => {
    const project = executorProject();
    const { ranFile } = project;
    const first = project.go('Slow', { ms: 60_000, ranFile });
    const { run } = await first.until('run-started');
    await first.until('step-log');
    first.child.kill('SIGKILL');
    await first.finished;
    const waiting = project.go('Slow', { ms: 60_000, ranFile });
    const { node } = await waiting.until('step-cached');
    expect(node).toBe('quick');
    await waiting.until('step-log');
    expect(await statusOf(project.dir, run.id)).toEqual(['lost', ['succeeded', 'lost']]);
    waiting.child.kill('SIGKILL');
    expect(project.ran()).toBe('quick\nslow\nslow\n');
  });

  it('leaves no worker process behind, and its checkpoint to the next one', async () => {
    const project = executorProject();
    const { ranFile } = project;
    const first = project.go('Counts', { until: 60, ranFile });
    await first.until('step-progress', ({ progress }) => Number(progress.message) >= 10);
    first.child.kill('SIGKILL');
    await first.finished;
    expect((await project.go('Counts', { until: 60, ranFile }).finished)?.run.result).toBe(60);
    expect(project.ran()).toMatch(/^from 0\nfrom [1-9]\d\n$/);
  });
});

/** Status of a run and of its steps, read from the store as it lies. */
async function statusOf(dir: string, run: string): Promise<[string, string[]]> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(`${dir}/.sluice/sluice.db`, { readOnly: true });
  try {
    const record = database.prepare('select status from run where id = ?').get(run);
    const steps = database.prepare('select status from step_run where run_id = ? order by position').all(run);
    return [String(record?.['status']), steps.map(({ status }) => String(status))];
  } finally {
    database.close();
  }
}
