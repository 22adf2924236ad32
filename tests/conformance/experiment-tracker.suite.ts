import { expect } from 'vitest';
import type { ExperimentTracker } from '../../framework/components/experiment-tracker.ts';
import type { TrackerEntry } from '../../framework/components/metadata-store.ts';
import type { Artifact } from '../../framework/model/artifact.ts';
import type { RunRecord } from '../../framework/model/run.ts';
import { type Case, describeCases, type Skip } from './conformance.ts';
import { NOON, sampleStep } from './metadata-store/sample-records.ts';

export interface ExperimentTrackerSubject {
  readonly tracker: ExperimentTracker;
  /** The run of the case; the metadata store, where there is one, has it with one step, `train`. */
  readonly run: RunRecord;
  /** An artifact whose bytes the stack has. */
  readonly artifact: Artifact;
  /** What somebody who looks at the run would be shown, in any order. */
  readonly shown: () => Promise<readonly TrackerEntry[]>;
  /** Makes every write fail from now on. */
  readonly breakDown: () => Promise<void> | void;
  /** What the tracker reported instead of failing. */
  readonly problems: readonly unknown[];
  readonly dispose: () => Promise<void>;
}

const stepOf = ({ id }: RunRecord) => sampleStep(id, 'train');

const loss = (step: number, value: number, time = NOON): TrackerEntry => ({
  kind: 'metric',
  name: 'loss',
  value,
  step,
  time,
});

const entriesWith = (artifact: Artifact): readonly TrackerEntry[] => [
  { kind: 'param', name: 'lr', value: '0.1' },
  { kind: 'tag', name: 'device', value: 'cpu' },
  { kind: 'dataset', name: 'training', value: `shapes@${'ab'.repeat(18)}` },
  loss(0, 2),
  loss(1, 1),
  { kind: 'artifact', name: 'plots/first.txt', artifact },
];

const ended = (run: RunRecord): RunRecord => ({ ...run, status: 'succeeded', endedAt: NOON + 1000 });

const CASES: readonly Case<ExperimentTrackerSubject>[] = [
  [
    'shows everything that a step recorded, in any number of batches',
    async ({ tracker, run, artifact, shown }) => {
      const all = entriesWith(artifact);
      await tracker.runStarted(run);
      await tracker.record(stepOf(run), all.slice(0, 3));
      await tracker.record(stepOf(run), []);
      await tracker.record(stepOf(run), all.slice(3));
      await tracker.runFinished(ended(run), [stepOf(run)]);
      const entries = await shown();
      expect(entries).toEqual(expect.arrayContaining([...all]));
      expect(entries).toHaveLength(all.length);
    },
  ],
  [
    'shows the points that a retry repeats once',
    async ({ tracker, run, shown }) => {
      await tracker.runStarted(run);
      await tracker.record({ ...stepOf(run), attempt: 1 }, [loss(0, 2), loss(1, 1)]);
      await tracker.record({ ...stepOf(run), attempt: 2 }, [loss(0, 2, NOON + 5), loss(1, 1, NOON + 6), loss(2, 0.5)]);
      await tracker.runFinished(ended(run), [stepOf(run)]);
      expect(await shown()).toEqual([loss(0, 2), loss(1, 1), loss(2, 0.5)]);
    },
  ],
  [
    'takes a value that is no number',
    async ({ tracker, run, shown }) => {
      await tracker.runStarted(run);
      await tracker.record(stepOf(run), [loss(0, Number.NaN)]);
      await tracker.runFinished(ended(run), [stepOf(run)]);
      expect(await shown()).toEqual([loss(0, Number.NaN)]);
    },
  ],
  [
    'is told of an end twice, and shows everything once',
    async ({ tracker, run, shown, problems }) => {
      await tracker.runStarted(run);
      await tracker.record(stepOf(run), [loss(0, 2)]);
      await tracker.runFinished(ended(run), [stepOf(run)]);
      await tracker.runFinished(ended(run), [stepOf(run)]);
      expect(await shown()).toEqual([loss(0, 2)]);
      expect(problems).toEqual([]);
    },
  ],
  [
    'has nothing waiting when a run has ended well, and its own checks pass',
    async ({ tracker, run, problems }) => {
      await tracker.runStarted(run);
      await tracker.record(stepOf(run), [loss(0, 2)]);
      await tracker.runFinished(ended(run), [stepOf(run)]);
      expect(await tracker.backlog.status()).toMatchObject({ waiting: 0, refused: 0, runs: [] });
      expect(await tracker.backlog.sync()).toEqual({ delivered: 0, waiting: 0, refused: 0, problem: undefined });
      for (const check of tracker.checks()) expect(await check.run(), check.check).toBeTruthy();
      expect(problems).toEqual([]);
    },
  ],
  [
    'reports what it could not keep, and fails no step',
    async ({ tracker, run, artifact, breakDown, problems }) => {
      await tracker.runStarted(run);
      await breakDown();
      await tracker.record(stepOf(run), entriesWith(artifact));
      await tracker.runFinished(ended(run), [stepOf(run)]);
      expect(problems).toHaveLength(1);
    },
  ],
];

/** What every experiment tracker promises. */
export function describeExperimentTracker(options: {
  readonly name: string;
  readonly open: () => Promise<ExperimentTrackerSubject>;
  readonly skip?: readonly Skip[];
}): void {
  describeCases(`experiment tracker ${options.name}`, CASES, options);
}
