import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sqliteMetadataStore } from '../../framework/adapters/metadata-stores/sqlite.ts';
import { localTracker } from '../../framework/adapters/trackers/local.ts';
import { noTracker } from '../../framework/adapters/trackers/none.ts';
import { describeExperimentTracker } from './experiment-tracker.suite.ts';
import { NOON, sampleRun, sampleStep } from './metadata-store/sample-records.ts';

describeExperimentTracker({
  name: 'local',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-tracker-'));
    const store = sqliteMetadataStore({ path: join(folder, 'sluice.db') });
    await store.migrate();
    await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'train')]);
    const problems: unknown[] = [];
    let broken = false;
    const track: typeof store.track = (stepRun, entries) =>
      broken ? Promise.reject(new Error('the disk is full')) : store.track(stepRun, entries);
    return {
      tracker: localTracker({ metadataStore: { track }, onProblem: (problem) => problems.push(problem) }),
      shown: async () => (await store.tracked('run-aaaa')).flatMap(({ entries }) => entries),
      breakDown: () => {
        broken = true;
      },
      problems,
      dispose: async () => {
        await store.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
});

it('the none tracker takes everything in silence', async () => {
  const tracker = noTracker();
  await tracker.runStarted(sampleRun('run-aaaa'));
  await tracker.record(sampleStep('run-aaaa', 'train'), [{ kind: 'metric', name: 'x', value: 1, step: 0, time: NOON }]);
  await tracker.runFinished(sampleRun('run-aaaa'), []);
  await expect(tracker.close()).resolves.toBeUndefined();
});
