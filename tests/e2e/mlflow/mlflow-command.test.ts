import { describe, expect, it } from 'vitest';
import { testService } from '../../services/test-service.ts';
import { type Ended, sluice, startSluice } from '../sluice-command.ts';
import { behindBadLine } from './behind-bad-line.ts';
import { mlflowRest } from './mlflow-rest.ts';
import { type ReadRun, readBack } from './read-back.ts';

const service = testService('mlflow');
const EPOCHS = Array.from({ length: 20 }, (_, i) => i + 1);

describe.skipIf(!service)('the command with a real MLflow behind a bad line (npm run services -- start)', () => {
  const uri = service?.url ?? '';
  const line = behindBadLine(uri);

  const command = (...args: string[]): Promise<Ended> => sluice(args, line);
  const json = async (...args: string[]): Promise<unknown> => JSON.parse((await command(...args, '-o', 'json')).stdout);
  const read = (): Promise<readonly ReadRun[]> => readBack(uri, line.experiment);
  const ofPipeline = (runs: readonly ReadRun[]): readonly ReadRun[] => runs.filter(({ tags }) => tags['sluice.run_id']);
  const below = (runs: readonly ReadRun[], parent: ReadRun | undefined): readonly ReadRun[] =>
    runs.filter(({ tags }) => tags['mlflow.parentRunId'] === parent?.id).sort((a, b) => a.name.localeCompare(b.name));

  it('shows a grid to MLflow’s own client: nested runs, params, every point once though a step was tried twice, files, data', async () => {
    const report = await json('run', 'tuning', '--name', 'first', '--fails', '--tag', 'grid=rates', '--tag', 'nightly');
    // A busy machine may take longer than the end of a run waits.
    await command('tracker', 'sync');
    const runs = await read();
    const [grid] = runs.filter(({ tags }) => tags['sluice.grid'] === 'rates');
    const [first, ...others] = ofPipeline(runs);
    expect(others).toEqual([]);
    expect(below(runs, grid)).toEqual([first]);
    expect(first).toMatchObject({
      name: 'first',
      status: 'FINISHED',
      params: { epochs: '20', 'data.pictures': '12', rates: '[0.1,0.2,0.4]', fails: 'true' },
      tags: { nightly: 'true', decision: 'promote', 'mlflow.source.name': 'pipelines/tuning.pipeline.ts' },
      history: { best_lr: [[0, 0.4]] },
    });
    expect(first?.took).toBeGreaterThan(0);
    expect(report).toMatchObject({ trackerUrl: expect.stringMatching(new RegExp(`/runs/${first?.id}$`)) });
    const trainings = below(runs, first);
    expect(trainings.map(({ name, status, params }) => [name, status, params])).toEqual(
      ['0.1', '0.2', '0.4'].map((lr, i) => [
        i === 0 ? 'train' : `train-${i + 1}`,
        'FINISHED',
        { lr, optimizer: 'SGD' },
      ]),
    );
    for (const { history, artifacts, datasets, params, tags } of trainings) {
      expect(Object.keys(history).sort()).toEqual(['metrics/mAP50-95_B_', 'train/box_loss']);
      for (const points of Object.values(history)) expect(points.map(([epoch]) => epoch)).toEqual(EPOCHS);
      expect(artifacts).toEqual([
        ['results.csv', 15],
        ['weights/best.onnx', `weights for ${params['lr']}`.length],
      ]);
      expect(datasets).toEqual([
        ['cats', expect.stringMatching(/^[0-9a-f]{36}$/), { 'mlflow.data.context': 'training' }],
      ]);
      expect(tags['mlflow.parentRunId']).toBe(first?.id);
    }

    await command('run', 'tuning', '--name', 'second', '--fails');
    // All of it is cached, and nobody waits long for that.
    await command('tracker', 'sync');
    const after = await read();
    const second = ofPipeline(after).find(({ name }) => name === 'second');
    expect(second?.history).toEqual({ best_lr: [[0, 0.4]] });
    expect(second?.tags['sluice.cached_from.train-2']).toMatch(new RegExp(`/runs/${first?.id}$`));
    const last = below(after, second).map(({ history }) => history['train/box_loss']);
    expect(last).toEqual(trainings.map(({ history }) => history['train/box_loss']?.slice(-1)));
  });

  it('runs without a server from start to end, says so once, and hands everything over later', async () => {
    await line.proxy.refuse();
    const { code, stderr, stdout } = await command('run', 'tuning', '--name', 'offline');
    expect(code).toBe(0);
    expect(stderr.match(/sluice tracker sync/g)).toHaveLength(1);
    expect(stdout).not.toContain('/#/experiments/');
    const { waiting } = (await json('tracker', 'status')) as { waiting: number };
    expect(waiting).toBeGreaterThan(120);
    const refused = await command('tracker', 'sync', '-o', 'json');
    expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([1, { delivered: 0, waiting }]);

    await line.proxy.pass();
    const synced = await command('tracker', 'sync', '-o', 'json');
    expect([synced.code, JSON.parse(synced.stdout)]).toMatchObject([0, { delivered: waiting, waiting: 0, refused: 0 }]);
    const runs = await read();
    expect(ofPipeline(runs).map(({ name, status }) => [name, status])).toEqual([['offline', 'FINISHED']]);
    const trainings = below(runs, ofPipeline(runs)[0]);
    expect(trainings).toHaveLength(3);
    for (const { history } of trainings) expect(history['train/box_loss']?.map(([epoch]) => epoch)).toEqual(EPOCHS);
    expect(await json('tracker', 'status')).toMatchObject({ waiting: 0, refused: 0, runs: [] });
  });

  it('survives a line that goes dead in mid-run, and doubles nothing when it is back', async () => {
    const running = startSluice(['run', 'tuning', '--name', 'cut', '--ms', '100', '--output', 'text'], line);
    await running.said('train-3  running');
    line.proxy.drop();
    const { code } = await running.ended;
    expect(code).toBe(0);
    await line.proxy.pass();
    expect((await command('tracker', 'sync')).code).toBe(0);
    const runs = await read();
    expect(ofPipeline(runs).map(({ status }) => status)).toEqual(['FINISHED']);
    for (const { history } of below(runs, ofPipeline(runs)[0])) {
      expect(history['train/box_loss']?.map(([epoch]) => epoch)).toEqual(EPOCHS);
    }
  });

  it('leaves no run running for ever: the next command ends the one whose process was killed', async () => {
    const running = startSluice(['run', 'tuning', '--name', 'killed', '--ms', '300'], line);
    await running.said('train-2  running');
    const made = (): Promise<readonly unknown[]> =>
      mlflowRest(uri)
        .runs(line.experiment, 'mlflow.source.type', 'LOCAL')
        .catch(() => []);
    await expect.poll(async () => (await made()).length, { timeout: 60_000 }).toBeGreaterThan(1);
    running.signal('SIGKILL');
    await running.ended;
    await command('runs', 'list');
    const runs = await read();
    expect(ofPipeline(runs).map(({ name, status }) => [name, status])).toEqual([['killed', 'KILLED']]);
    expect(runs.filter(({ status }) => status === 'RUNNING')).toEqual([]);

    const resumed = await command('runs', 'resume', 'killed');
    expect(resumed.stderr).toBe('');
    const after = ofPipeline(await read());
    expect(after.map(({ name, status }) => [name, status])).toEqual([['killed', 'FINISHED']]);
    for (const { history } of below(await read(), after[0])) {
      expect(history['train/box_loss']?.map(([epoch]) => epoch)).toEqual(EPOCHS);
    }
  });
});
