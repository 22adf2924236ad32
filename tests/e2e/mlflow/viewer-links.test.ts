import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Run, RunLinks } from '../../../framework/server/api/run.ts';
import { testService } from '../../services/test-service.ts';
import { sluice } from '../sluice-command.ts';
import { startViewer } from '../viewer-process.ts';
import { mlflowProject } from './mlflow-project.ts';

const service = testService('mlflow');

const Shown = z.object({
  run: z.object({
    info: z.object({ run_id: z.string(), experiment_id: z.string(), status: z.string() }),
    data: z.object({ tags: z.array(z.object({ key: z.string(), value: z.string() })) }),
  }),
});

/** `http://host:port/#/experiments/1/runs/abc` → what MLflow's own interface says of the run that its page opens with this address. */
async function behind(
  link: string,
): Promise<{ readonly status: string; readonly tags: Readonly<Record<string, string>> }> {
  const { origin, hash } = new URL(link);
  const page = await fetch(link);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  const [, experiment, run] = /^#\/experiments\/(\d+)\/runs\/(\w+)$/.exec(hash) ?? [];
  const answer = await fetch(`${origin}/api/2.0/mlflow/runs/get?run_id=${run}`);
  const { info, data } = Shown.parse(await answer.json()).run;
  expect([info.run_id, info.experiment_id]).toEqual([run, experiment]);
  return { status: info.status, tags: Object.fromEntries(data.tags.map(({ key, value }) => [key, value])) };
}

describe.skipIf(!service)('a link of the viewer to MLflow', () => {
  const env = { TRACKING_URI: service?.url ?? '', EXPERIMENT: `links ${randomUUID()}`, SLUICE_STACK: 'team' };
  let cwd: string;

  beforeAll(async () => {
    cwd = mlflowProject();
    for (const name of ['first', 'second']) {
      const { code, stderr } = await sluice(['run', 'tuning', '--name', name], { cwd, env });
      expect([code, stderr]).toEqual([0, '']);
    }
  });
  afterAll(() => rmSync(cwd, { recursive: true, force: true }));

  it('opens the very run there, and the very step', async () => {
    const viewer = await startViewer(cwd, [], env);
    const linkOf = async (name: string, step?: string): Promise<string | null> => {
      const query = step === undefined ? '' : `?step=${encodeURIComponent(step)}`;
      return (await viewer.json<RunLinks>(`/api/runs/${name}/links${query}`)).tracker;
    };
    for (const name of ['first', 'second']) {
      const { id } = await viewer.json<Run>(`/api/runs/${name}`);
      const link = await linkOf(name);
      expect(await behind(link ?? '')).toMatchObject({ status: 'FINISHED', tags: { 'sluice.run_id': id } });
    }
    const { id, steps } = await viewer.json<Run>('/api/runs/first');
    const trainings = steps.filter(({ step }) => step === 'train');
    expect(trainings).toHaveLength(3);
    for (const { id: node } of trainings) {
      expect((await behind((await linkOf('first', node)) ?? '')).tags['sluice.step_run']).toBe(`${id}/${node}`);
    }
    expect(await linkOf('first', 'nowhere')).toBeNull();
  });
});
