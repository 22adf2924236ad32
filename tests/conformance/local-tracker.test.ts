import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sqliteMetadataStore } from '../../framework/adapters/metadata-stores/sqlite.ts';
import { consoleTracker } from '../../framework/adapters/trackers/console.ts';
import { type LocalTrackerOptions, localTracker } from '../../framework/adapters/trackers/local.ts';
import { noTracker } from '../../framework/adapters/trackers/none.ts';
import type { ExperimentTracker } from '../../framework/components/experiment-tracker.ts';
import { describeExperimentTracker, type ExperimentTrackerSubject } from './experiment-tracker.suite.ts';
import { artifactOf, NOON, sampleRun, sampleStep } from './metadata-store/sample-records.ts';

const RUN = sampleRun('run-aaaa');

async function beside(open: (options: LocalTrackerOptions) => ExperimentTracker): Promise<ExperimentTrackerSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-tracker-'));
  const store = sqliteMetadataStore({ path: join(folder, 'sluice.db') });
  await store.migrate();
  await store.createRun(RUN, [sampleStep(RUN.id, 'train')]);
  const problems: unknown[] = [];
  let broken = false;
  const track: typeof store.track = (stepRun, entries) =>
    broken ? Promise.reject(new Error('the disk is full')) : store.track(stepRun, entries);
  return {
    tracker: open({ metadataStore: { track }, onProblem: (problem) => problems.push(problem) }),
    run: RUN,
    artifact: artifactOf('plot'),
    shown: async () => (await store.tracked(RUN.id)).flatMap(({ entries }) => entries),
    breakDown: () => {
      broken = true;
    },
    problems,
    dispose: async () => {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describeExperimentTracker({ name: 'local', open: () => beside(localTracker) });

describeExperimentTracker({
  name: 'console',
  open: () => beside((options) => consoleTracker({ ...options, stream: { write: () => true } })),
});

describeExperimentTracker({
  name: 'none',
  open: async () => ({
    tracker: noTracker(),
    run: RUN,
    artifact: artifactOf('plot'),
    shown: async () => [],
    breakDown: () => {},
    problems: [],
    dispose: async () => {},
  }),
  skip: [
    {
      reason: 'It keeps nothing: there is nothing to show, and nothing that could not be kept.',
      tests: [
        'shows everything that a step recorded, in any number of batches',
        'shows the points that a retry repeats once',
        'takes a value that is no number',
        'is told of an end twice, and shows everything once',
        'reports what it could not keep, and fails no step',
      ],
    },
  ],
});

it('the console tracker says one line for each entry, and one for each point of all metrics', async () => {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text) > 0 };
  const tracker = consoleTracker({ stream, metadataStore: { track: async () => {} }, onProblem: () => {} });
  await tracker.runStarted(RUN);
  await tracker.record(sampleStep(RUN.id, 'train'), [
    { kind: 'param', name: 'lr', value: '0.1' },
    { kind: 'metric', name: 'loss', value: 1 / 3, step: 4, time: NOON },
    { kind: 'metric', name: 'mAP50', value: 0.5, step: 4, time: NOON },
  ]);
  await tracker.runFinished({ ...RUN, status: 'succeeded' }, []);
  expect(lines.join('')).toBe(
    [
      `run ${RUN.name} (run-aaaa) started`,
      'train  param lr = 0.1',
      'train  step 4: loss 0.333333, mAP50 0.5',
      `run ${RUN.name} (run-aaaa) succeeded`,
      '',
    ].join('\n'),
  );
});
