import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExperimentTracker } from '../../../../framework/components/experiment-tracker.ts';
import type { TrackerEntry } from '../../../../framework/components/metadata-store.ts';
import type { RunRecord, StepRunRecord } from '../../../../framework/model/run.ts';
import { NOON, sampleRun, sampleStep } from '../../../conformance/metadata-store/sample-records.ts';
import { type FakeMlflow, type FakeRun, fakeMlflow } from './fake-mlflow.ts';
import { type MlflowBench, mlflowBench } from './mlflow-bench.ts';

const loss = (step: number, value: number, time = NOON): TrackerEntry => ({
  kind: 'metric',
  name: 'loss',
  value,
  step,
  time,
});
const lossesOf = (run: FakeRun | undefined): unknown[] =>
  (run?.points ?? []).filter(({ key }) => key === 'loss').map(({ step, value }) => [step, value]);

let server: FakeMlflow;
let bench: MlflowBench;

beforeEach(async () => {
  server = await fakeMlflow();
  bench = await mlflowBench(server.uri);
});
afterEach(async () => {
  await bench.dispose();
  await server.close();
});

async function createRun(id: string, more: Partial<RunRecord> = {}, nodes = ['train']): Promise<RunRecord> {
  const plan = {
    pipeline: 'train',
    nodes: nodes.map((node, i) => ({ id: node, step: node, parents: nodes.slice(0, i) })),
  };
  const run = sampleRun(id, { params: {}, tags: [], plan, ...more });
  await bench.metadataStore.createRun(
    run,
    nodes.map((node) => sampleStep(id, node)),
  );
  return run;
}

async function finish(tracker: ExperimentTracker, run: RunRecord, more: Partial<StepRunRecord> = {}): Promise<void> {
  const ended = { status: 'succeeded', endedAt: NOON + 1000 } as const;
  await bench.metadataStore.updateRun(run.id, ended);
  const steps = (await bench.metadataStore.stepRuns(run.id)).map((step) => ({ ...step, ...more }));
  await tracker.runFinished({ ...run, ...ended }, steps);
}

/** A whole run with one step that says two points. */
async function wholeRun(tracker: ExperimentTracker, id: string): Promise<RunRecord> {
  const run = await createRun(id);
  await tracker.runStarted(run);
  await tracker.record(sampleStep(id, 'train'), [{ kind: 'param', name: 'lr', value: '0.1' }, loss(0, 2), loss(1, 1)]);
  await finish(tracker, run);
  return run;
}

describe('an mlflow tracker', () => {
  it('makes one run, named and tagged as MLflow users look for it, with params, points and its end', async () => {
    const tracker = bench.open({ waitMs: 10_000 });
    const run = await createRun('aaaa', {
      params: { epochs: 3, split: { seed: 1 }, weights: null },
      tags: ['team=blue', 'nightly'],
    });
    await tracker.runStarted(run);
    await tracker.record(sampleStep('aaaa', 'train'), [loss(0, 2)]);
    await finish(tracker, run);
    const [made, ...others] = server.runs;
    expect(others).toEqual([]);
    expect(made).toMatchObject({ name: run.name, status: 'FINISHED', endTime: NOON + 1000 });
    expect(Object.fromEntries(made!.params)).toEqual({ epochs: '3', 'split.seed': '1' });
    expect(Object.fromEntries(made!.tags)).toMatchObject({
      'sluice.run_id': 'aaaa',
      'mlflow.source.type': 'LOCAL',
      team: 'blue',
      nightly: 'true',
      'sluice.status': 'succeeded',
    });
    expect(made!.tags.get('mlflow.note.content')).toContain('| train | pending |');
    expect(lossesOf(made)).toEqual([[0, 2]]);
    expect(tracker.linkTo('aaaa')).toBe(`${server.uri}/#/experiments/1/runs/r1`);
  });

  it('keeps everything on disk while the server is down, and hands it over when asked', async () => {
    const port = Number(new URL(server.uri).port);
    const down = bench.open({ server: { uri: 'http://127.0.0.1:9', timeoutMs: 1000 } });
    await wholeRun(down, 'aaaa');
    await wholeRun(down, 'bbbb');
    await down.close();
    expect(bench.problems).toHaveLength(1);
    expect(String(bench.problems[0])).toContain('sluice tracker sync');

    const tracker = bench.open({ server: { uri: `http://127.0.0.1:${port}`, timeoutMs: 5000 } });
    const { waiting, runs } = await tracker.backlog.status();
    expect(runs.map(({ runId, entries }) => [runId, entries])).toEqual([
      ['aaaa', waiting / 2],
      ['bbbb', waiting / 2],
    ]);
    const seen: number[] = [];
    const result = await tracker.backlog.sync({ onProgress: (progress) => seen.push(progress.waiting) });
    expect(result).toEqual({ delivered: waiting, waiting: 0, refused: 0, problem: undefined });
    expect(seen.at(-1)).toBe(0);
    expect(server.topRuns().map(lossesOf)).toEqual([
      [
        [0, 2],
        [1, 1],
      ],
      [
        [0, 2],
        [1, 1],
      ],
    ]);
    expect(server.topRuns().map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED']);
    expect(await tracker.backlog.sync()).toMatchObject({ delivered: 0, waiting: 0 });
    // The record beside the runs has it all the same.
    expect((await bench.metadataStore.tracked('aaaa'))[0]?.entries).toHaveLength(3);
  });

  it('ends a run that a server without answers would hold up, and does not wait for that server again', async () => {
    server.mood = 'hang';
    const tracker = bench.open({ waitMs: 300, server: { uri: server.uri, timeoutMs: 200 } });
    await wholeRun(tracker, 'aaaa');
    await tracker.close();
    expect(bench.problems).toHaveLength(1);
    const next = bench.open({ waitMs: 1_000_000_000, server: { uri: server.uri, timeoutMs: 1_000_000 } });
    await wholeRun(next, 'bbbb');
    await next.close();
    server.mood = 'well';
    expect(await bench.open().backlog.sync()).toMatchObject({ waiting: 0 });
    expect(server.topRuns().map(lossesOf)).toEqual([
      [
        [0, 2],
        [1, 1],
      ],
      [
        [0, 2],
        [1, 1],
      ],
    ]);
  });

  it.each(['lose', 'busy'] as const)('delivers once in effect when answers are lost (%s)', async (mood) => {
    server.mood = mood;
    const tracker = bench.open({ waitMs: 500 });
    const run = await createRun('aaaa');
    await tracker.runStarted(run);
    await expect.poll(() => server.requests.length, { timeout: 30_000 }).toBeGreaterThan(0);
    for (let turn = 0; turn < 6; turn++) {
      // Every second round gets through.
      server.mood = turn % 2 === 0 ? 'well' : mood;
      await tracker.record(sampleStep('aaaa', 'train'), [loss(turn, turn)]);
      await tracker.backlog.sync();
    }
    server.mood = 'well';
    await finish(tracker, run);
    await tracker.backlog.sync();
    expect(server.runs).toHaveLength(1);
    expect(lossesOf(server.runs[0])).toEqual([0, 1, 2, 3, 4, 5].map((at) => [at, at]));
    expect(server.runs[0]?.status).toBe('FINISHED');
  });

  it('is delivered once by two processes that sync at the same time', async () => {
    const down = bench.open({ server: { uri: 'http://127.0.0.1:9', timeoutMs: 1000 } });
    for (const id of ['aaaa', 'bbbb', 'cccc']) await wholeRun(down, id);
    await down.close();
    const [one, two] = [bench.open(), bench.open()];
    const results = await Promise.all([one.backlog.sync(), two.backlog.sync()]);
    // Neither says that something waits which the other has in hand.
    expect(results.map(({ waiting, problem }) => [waiting, problem])).toEqual([
      [0, undefined],
      [0, undefined],
    ]);
    expect(server.topRuns()).toHaveLength(3);
    for (const run of server.topRuns())
      expect(lossesOf(run)).toEqual([
        [0, 2],
        [1, 1],
      ]);
  });

  it('puts aside what the server will never take, with the reason, and delivers the rest', async () => {
    server.refused.add('bad');
    const tracker = bench.open();
    const run = await createRun('aaaa');
    await tracker.runStarted(run);
    await tracker.record(sampleStep('aaaa', 'train'), [
      { kind: 'param', name: 'good', value: '1' },
      loss(0, 2),
      { kind: 'metric', name: 'bad', value: 1, step: 0, time: NOON },
      loss(1, 1),
    ]);
    await finish(tracker, run);
    expect(lossesOf(server.runs[0])).toEqual([
      [0, 2],
      [1, 1],
    ]);
    expect(server.runs[0]?.params.get('good')).toBe('1');
    expect(await tracker.backlog.status()).toMatchObject({ waiting: 0, refused: 1 });
    expect(bench.problems).toHaveLength(1);
  });

  it('waits with everything while its credentials are refused', async () => {
    server.mood = 'forbid';
    const tracker = bench.open();
    await wholeRun(tracker, 'aaaa');
    expect(String(bench.problems[0])).toContain('403');
    server.mood = 'well';
    expect(await tracker.backlog.sync()).toMatchObject({ waiting: 0, refused: 0 });
    expect(server.runs[0]?.status).toBe('FINISHED');
  });

  it('goes on in the same run when a run is resumed, and says nothing again', async () => {
    const first = bench.open();
    const run = await createRun('aaaa');
    await first.runStarted(run);
    await first.record(sampleStep('aaaa', 'train'), [
      { kind: 'param', name: 'lr', value: '0.1' },
      loss(0, 2),
      loss(1, 1),
    ]);
    await bench.metadataStore.updateRun('aaaa', { status: 'failed' });
    await first.runFinished({ ...run, status: 'failed', endedAt: NOON }, []);
    expect(server.runs[0]?.status).toBe('FAILED');
    await first.close();

    const second = bench.open();
    const resumed = await createRun('bbbb', { resumedFrom: 'aaaa' });
    await second.runStarted(resumed);
    await second.record(sampleStep('bbbb', 'train'), [
      { kind: 'param', name: 'lr', value: '0.1' },
      loss(0, 2, NOON + 5),
      loss(1, 1, NOON + 6),
      loss(2, 0.5, NOON + 7),
    ]);
    await expect.poll(() => server.runs[0]?.status, { timeout: 30_000 }).toBe('RUNNING');
    await finish(second, resumed);
    expect(server.runs).toHaveLength(1);
    expect(server.runs[0]?.status).toBe('FINISHED');
    expect(lossesOf(server.runs[0])).toEqual([
      [0, 2],
      [1, 1],
      [2, 0.5],
    ]);
    expect(server.runs[0]?.tags.get('sluice.resumed_as')).toBe('bbbb');
  });

  it('gives steps that run beside each other nested runs, and ends them', async () => {
    const tracker = bench.open();
    const nodes = [
      { id: 'load', step: 'load', parents: [] },
      { id: 'train', step: 'train', parents: ['load'] },
      { id: 'train-2', step: 'train', parents: ['load'] },
    ];
    const run = await createRun(
      'aaaa',
      { plan: { pipeline: 'train', nodes } },
      nodes.map(({ id }) => id),
    );
    await tracker.runStarted(run);
    for (const { id, step } of nodes) await tracker.record({ ...sampleStep('aaaa', id), step }, [loss(0, id.length)]);
    await finish(tracker, run, { status: 'succeeded', startedAt: NOON, endedAt: NOON + 5 });
    expect(server.runs.map(({ name, status }) => [name, status])).toEqual([
      [run.name, 'FINISHED'],
      ['train', 'FINISHED'],
      ['train-2', 'FINISHED'],
    ]);
    expect(server.runs.map(lossesOf)).toEqual([[[0, 4]], [[0, 5]], [[0, 7]]]);
    expect(server.runs.slice(1).map(({ tags }) => tags.get('mlflow.parentRunId'))).toEqual(['r1', 'r1']);
    expect(server.topRuns()).toHaveLength(1);
  });

  it('puts runs with the tag grid=… under one run of that name', async () => {
    for (const id of ['aaaa', 'bbbb']) {
      const tracker = bench.open();
      const run = await createRun(id, { tags: ['grid=sweep'] });
      await tracker.runStarted(run);
      await finish(tracker, run);
    }
    const grids = server.runs.filter(({ tags }) => tags.has('sluice.grid'));
    expect(grids.map(({ name, status }) => [name, status])).toEqual([['sweep', 'FINISHED']]);
    expect(server.topRuns().map(({ tags }) => tags.get('mlflow.parentRunId'))).toEqual([grids[0]?.id, grids[0]?.id]);
  });

  it('shows a cached step as its origin ended, with a link to the run that made it', async () => {
    const tracker = bench.open();
    await wholeRun(tracker, 'aaaa');
    const run = await createRun('bbbb');
    await tracker.runStarted(run);
    await finish(tracker, run, { status: 'cached', origin: 'aaaa/train' });
    await tracker.backlog.sync();
    const [origin, cached] = server.topRuns();
    expect(lossesOf(cached)).toEqual([[1, 1]]);
    expect(cached?.params.get('lr')).toBe('0.1');
    expect(cached?.tags.get('sluice.cached_from.train')).toBe(`${server.uri}/#/experiments/1/runs/${origin?.id}`);
    expect(cached?.tags.get('mlflow.note.content')).toContain(`[aaaa](#/experiments/1/runs/${origin?.id})`);
  });

  it('asks little of the server for a hundred steps that were all cached', async () => {
    const tracker = bench.open();
    await wholeRun(tracker, 'aaaa');
    const before = server.requests.length;
    const ids = Array.from({ length: 100 }, (_, i) => `train-${i}`);
    // Calls of one step: each would have a nested run, had it something to say.
    const nodes = ids.map((id, i) => ({ id, step: 'train', parents: ids.slice(i - 1, i) }));
    const run = await createRun('bbbb', { plan: { pipeline: 'train', nodes } }, ids);
    await tracker.runStarted(run);
    await finish(tracker, run, { status: 'cached', origin: 'aaaa/quiet', startedAt: NOON, endedAt: NOON + 5 });
    await tracker.backlog.sync();
    expect(server.requests.length - before).toBeLessThan(10);
    expect(server.topRuns()[1]?.status).toBe('FINISHED');
    expect(server.topRuns()[1]?.tags.get('sluice.cached_from.train-99')).toContain('/runs/');
  });

  it('keeps nobody waiting for a slow server when all was cached: another process is asked to deliver that', async () => {
    let couriers = 0;
    const startCourier = async (): Promise<void> => void couriers++;
    const first = bench.open({ startCourier });
    await wholeRun(first, 'aaaa');
    await first.close();
    expect(couriers).toBe(0);
    server.mood = 'hang';
    const slow = { uri: server.uri, timeoutMs: 1_000_000 };
    const tracker = bench.open({ waitMs: 1_000_000_000, server: slow, startCourier });
    const run = await createRun('bbbb');
    await tracker.runStarted(run);
    await finish(tracker, run, { status: 'cached', origin: 'aaaa/train' });
    await tracker.close();
    expect(couriers).toBe(1);
    server.mood = 'well';
    await bench.open().backlog.deliver();
    expect(server.topRuns().map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED']);
  });

  it('delivers as a process of its own until a server that was down has it all, one process at a time', async () => {
    const down = bench.open({ server: { uri: 'http://127.0.0.1:9', timeoutMs: 1000 } });
    await wholeRun(down, 'aaaa');
    await down.close();
    server.mood = 'busy';
    const [tracker, second, watcher] = [bench.open(), bench.open(), bench.open()];
    const delivering = tracker.backlog.deliver();
    await expect.poll(() => server.requests.length, { timeout: 30_000 }).toBeGreaterThan(0);
    // Ends at once, although everything waits.
    await second.backlog.deliver();
    const status = await watcher.backlog.status();
    expect(status).toMatchObject({ courier: process.pid, problem: { message: expect.stringContaining('503') } });
    expect(status.waiting).toBeGreaterThan(0);
    let couriers = 0;
    const ending = bench.open({ waitMs: 0, startCourier: async () => void couriers++ });
    await wholeRun(ending, 'bbbb');
    await ending.close();
    expect(couriers).toBe(0);

    server.mood = 'well';
    await delivering;
    expect(server.topRuns().map(({ status: said }) => said)).toEqual(['FINISHED', 'FINISHED']);
    const after = await watcher.backlog.status();
    expect(after).toMatchObject({ waiting: 0, problem: undefined, courier: undefined });
  });

  it('stops delivering when somebody removes the folder of the stack, and does not bring it back', async () => {
    const down = bench.open({ server: { uri: 'http://127.0.0.1:9', timeoutMs: 1000 } });
    await wholeRun(down, 'aaaa');
    await down.close();
    server.mood = 'busy';
    const delivering = bench.open().backlog.deliver();
    await expect.poll(() => server.requests.length, { timeout: 30_000 }).toBeGreaterThan(0);
    rmSync(join(bench.home, 'tracker'), { recursive: true, force: true, maxRetries: 5 });
    await delivering;
    expect(existsSync(join(bench.home, 'tracker'))).toBe(false);
  });

  it('ends the run of a process that died, and delivers what it left', async () => {
    const dying = bench.open({ server: { uri: 'http://127.0.0.1:9', timeoutMs: 1000 } });
    const run = await createRun('aaaa');
    await dying.runStarted(run);
    await dying.record(sampleStep('aaaa', 'train'), [loss(0, 2)]);
    // What its death does: the locks are free, and nothing was closed.
    await dying.close();

    const next = bench.open();
    await next.backlog.sync();
    expect(server.runs[0]?.status).toBe('RUNNING');
    await bench.metadataStore.updateRun('aaaa', { status: 'lost', endedAt: NOON + 7 });
    await next.runFinished({ ...run, status: 'lost', endedAt: NOON + 7 }, await bench.metadataStore.stepRuns('aaaa'));
    expect(server.runs.map(({ status, endTime }) => [status, endTime])).toEqual([['KILLED', NOON + 7]]);
    expect(lossesOf(server.runs[0])).toEqual([[0, 2]]);
    expect(await next.backlog.status()).toMatchObject({ waiting: 0 });
  });

  it('ends the lost run of another machine', async () => {
    const here = bench.open();
    const run = await createRun('aaaa', { status: 'lost' });
    await here.runFinished({ ...run, endedAt: NOON + 7 }, []);
    expect(server.runs.map(({ status }) => status)).toEqual(['KILLED']);
    expect(server.runs[0]?.tags.get('sluice.run_id')).toBe('aaaa');
  });

  it('tells what a step says in small bits in few requests', async () => {
    const tracker = bench.open();
    const run = await createRun('aaaa');
    await tracker.runStarted(run);
    for (let step = 0; step < 100; step++) await tracker.record(sampleStep('aaaa', 'train'), [loss(step, step)]);
    await finish(tracker, run);
    expect(lossesOf(server.runs[0])).toHaveLength(100);
    expect(server.requests.length).toBeLessThan(30);
  });

  it('uploads files, the later one of a name over the earlier', async () => {
    const tracker = bench.open();
    const run = await createRun('aaaa');
    await tracker.runStarted(run);
    for (const text of ['one', 'two']) {
      const artifact = await bench.artifact(text);
      await tracker.record(sampleStep('aaaa', 'train'), [
        { kind: 'artifact', name: 'weights/best model.txt', artifact },
      ]);
    }
    await finish(tracker, run);
    expect(Object.fromEntries(server.runs[0]!.files)).toEqual({ 'weights/best model.txt': 'two' });
  });

  it('finds by its checks what is wrong with a server', async () => {
    const checks = bench.open().checks();
    const results = await Promise.all(checks.map(async ({ check, run }) => [check, await run()] as const));
    expect(Object.fromEntries(results)).toMatchObject({
      reachable: server.uri,
      version: 'MLflow 3.17.0',
      backlog: 'nothing waits',
    });
    server.mood = 'forbid';
    await expect(checks.find(({ check }) => check === 'credentials')!.run()).rejects.toThrow('403');
  });
});
