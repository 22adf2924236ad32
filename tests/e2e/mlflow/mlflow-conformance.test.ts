import { randomUUID } from 'node:crypto';
import { describe } from 'vitest';
import type { TrackerEntry } from '../../../framework/components/metadata-store.ts';
import {
  describeExperimentTracker,
  type ExperimentTrackerSubject,
} from '../../conformance/experiment-tracker.suite.ts';
import { sampleRun, sampleStep } from '../../conformance/metadata-store/sample-records.ts';
import { startDroppingProxy } from '../../services/dropping-proxy.ts';
import { testService } from '../../services/test-service.ts';
import { mlflowBench } from '../../unit/adapters/trackers/mlflow-bench.ts';
import { type MlflowRunData, mlflowRest } from './mlflow-rest.ts';

const service = testService('mlflow');

describe.skipIf(!service)('on a real MLflow (npm run services -- start)', () => {
  describeExperimentTracker({ name: 'mlflow', open: () => openSubject(service?.url ?? '') });
});

async function openSubject(url: string): Promise<ExperimentTrackerSubject> {
  const bench = await mlflowBench(url);
  const run = sampleRun(`c${randomUUID().slice(0, 11)}`, { params: {}, tags: [] });
  await bench.metadataStore.createRun(run, [sampleStep(run.id, 'train')]);
  const artifact = await bench.artifact('a picture');
  const rest = mlflowRest(url);
  const proxy = await startDroppingProxy({ target: Number(new URL(url).port) });
  const tracker = bench.open({ server: { uri: `http://127.0.0.1:${proxy.port}`, timeoutMs: 5000 } });

  async function entriesOf(found: MlflowRunData): Promise<TrackerEntry[]> {
    const text = (value: string | number | undefined): string => String(value);
    const metrics = await Promise.all(
      Object.keys(found.metrics).map(async (name) =>
        (await rest.history(found.runId, name)).map(
          ({ value, step, timestamp }): TrackerEntry => ({
            kind: 'metric',
            name,
            value: Number(value),
            step,
            time: timestamp,
          }),
        ),
      ),
    );
    const file = await rest.file(found, 'plots/first.txt');
    return [
      ...Object.entries(found.params).map(
        ([name, value]): TrackerEntry => ({ kind: 'param', name, value: text(value) }),
      ),
      ...Object.entries(found.tags)
        .filter(([name]) => !/^(mlflow|sluice)\./.test(name))
        .map(([name, value]): TrackerEntry => ({ kind: 'tag', name, value: text(value) })),
      ...found.datasets.map(
        ({ name, digest, context }): TrackerEntry => ({
          kind: 'dataset',
          name: text(context),
          value: `${name}@${digest}`,
        }),
      ),
      ...metrics.flat().sort((a, b) => (a.kind === 'metric' && b.kind === 'metric' ? a.step - b.step : 0)),
      ...(file === 'a picture' ? [{ kind: 'artifact', name: 'plots/first.txt', artifact } as const] : []),
    ];
  }

  return {
    tracker,
    run,
    artifact,
    shown: async () => {
      const found = await rest.runs(run.pipeline, 'sluice.run_id', run.id);
      if (found.length !== 1) throw new Error(`${found.length} MLflow runs for one run`);
      return entriesOf(found[0]!);
    },
    breakDown: proxy.refuse,
    problems: bench.problems,
    dispose: async () => {
      await bench.dispose();
      await proxy.close();
    },
  };
}
