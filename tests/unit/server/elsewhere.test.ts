import { pipeline, step } from 'sluice';
import { describe, expect, it } from 'vitest';
import type { ExperimentTracker } from '../../../framework/components/experiment-tracker.ts';
import { ExecutorList } from '../../../framework/server/api/executor.ts';
import { RunLinks } from '../../../framework/server/api/run.ts';
import { Step } from '../../../framework/server/api/step.ts';
import { trackerPage } from '../../../framework/server/views/tracker-page.ts';
import { THIS_HOST } from '../../../framework/this-host.ts';
import { sampleExecutor, sampleRun, sampleStep } from '../../conformance/metadata-store/sample-records.ts';
import { runPipeline } from '../executor/open-test-stack.ts';
import { openTestServer } from './open-test-server.ts';

class Steps {
  @step({
    onSuccess: () => {
      throw new Error('the bell is broken');
    },
  })
  async ring(): Promise<number> {
    return 1;
  }
}

@pipeline({ name: 'bell' })
class Bell {
  run() {
    return new Steps().ring();
  }
}

describe('what a run has elsewhere', () => {
  it('what runs where: each living process with its runs, and the steps that run now', async () => {
    const server = await openTestServer();
    const store = server.stack.metadataStore;
    await store.registerExecutor(sampleExecutor('old', { startedAt: 1000 }));
    await store.registerExecutor(sampleExecutor('new', { host: THIS_HOST, pid: 77, startedAt: 2000 }));
    const run = sampleRun('run-1', { executor: 'new' });
    await store.createRun(run, [
      sampleStep('run-1', 'load', { status: 'succeeded' }),
      sampleStep('run-1', 'train', { status: 'running', startedAt: 5000 }),
    ]);
    await store.createRun(sampleRun('run-2', { executor: 'new', status: 'failed' }), []);
    const { items } = ExecutorList.parse(await (await server.get('/api/executors')).json());
    expect(items).toEqual([
      {
        id: 'new',
        host: THIS_HOST,
        pid: 77,
        startedAt: '1970-01-01T00:00:02.000Z',
        thisMachine: true,
        runs: [
          expect.objectContaining({
            id: 'run-1',
            counts: { succeeded: 1, running: 1 },
            steps: [{ id: 'train', step: 'train', startedAt: '1970-01-01T00:00:05.000Z' }],
          }),
        ],
      },
      expect.objectContaining({ id: 'old', thisMachine: false, runs: [] }),
    ]);
  });

  it('hooks that failed are counted, and told with their time and error', async () => {
    const server = await openTestServer();
    await runPipeline(Bell, {}, { stack: server.stack });
    const told = Step.parse(await (await server.get('/api/runs/latest/steps/ring')).json());
    expect([told.failedHooks, told.hookFailures]).toEqual([
      1,
      [{ hook: 'onSuccess', at: expect.stringMatching(/Z$/), error: expect.objectContaining({ code: 'ERR_HOOK' }) }],
    ]);
    expect(told.hookFailures[0]?.error.message).toContain('the bell is broken');
  });

  it('no page where the tracker has none, fails, or says something that is no address of a page', async () => {
    const server = await openTestServer();
    await runPipeline(Bell, {}, { stack: server.stack });
    const answer = await server.get('/api/runs/latest/links?step=ring');
    expect(RunLinks.parse(await answer.json())).toEqual({ tracker: null });
    const run = sampleRun('run-1');
    const pageOf = (findPage: ExperimentTracker['findPage']) =>
      trackerPage(
        { stack: { ...server.stack, experimentTracker: { ...server.stack.experimentTracker, findPage } } },
        run,
        undefined,
      );
    expect(await pageOf(async ({ id }) => `http://mlflow:5000/#/runs/${id}`)).toBe('http://mlflow:5000/#/runs/run-1');
    expect(await pageOf(async () => 'javascript:alert(1)')).toBeNull();
    expect(await pageOf(async () => 'https://')).toBeNull();
    expect(await pageOf(() => Promise.reject(new Error('no server')))).toBeNull();
  });
});
