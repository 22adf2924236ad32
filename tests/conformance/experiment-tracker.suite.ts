import { expect } from 'vitest';
import type { ExperimentTracker } from '../../framework/components/experiment-tracker.ts';
import type { TrackerEntry } from '../../framework/components/metadata-store.ts';
import { type Case, describeCases, type Skip } from './conformance.ts';
import { artifactOf, NOON, sampleRun, sampleStep } from './metadata-store/sample-records.ts';

export interface ExperimentTrackerSubject {
  readonly tracker: ExperimentTracker;
  /** What somebody who looks at the run would be shown, in any order. */
  readonly shown: () => Promise<readonly TrackerEntry[]>;
  /** Makes every write fail from now on. */
  readonly breakDown: () => void;
  /** What the tracker reported instead of failing. */
  readonly problems: readonly unknown[];
  readonly dispose: () => Promise<void>;
}

const RUN = sampleRun('run-aaaa');
const STEP = sampleStep('run-aaaa', 'train');
const ENTRIES: readonly TrackerEntry[] = [
  { kind: 'param', name: 'lr', value: '0.1' },
  { kind: 'tag', name: 'device', value: 'cpu' },
  { kind: 'metric', name: 'loss', value: 2, step: 0, time: NOON },
  { kind: 'metric', name: 'loss', value: 1, step: 1, time: NOON },
  { kind: 'artifact', name: 'plot', artifact: artifactOf('plot') },
];

const CASES: readonly Case<ExperimentTrackerSubject>[] = [
  [
    'shows everything that a step recorded, in any number of batches',
    async ({ tracker, shown }) => {
      await tracker.runStarted(RUN);
      await tracker.record(STEP, ENTRIES.slice(0, 3));
      await tracker.record(STEP, []);
      await tracker.record(STEP, ENTRIES.slice(3));
      await tracker.runFinished({ ...RUN, status: 'succeeded' }, [STEP]);
      const entries = await shown();
      expect(entries).toEqual(expect.arrayContaining([...ENTRIES]));
      expect(entries).toHaveLength(ENTRIES.length);
    },
  ],
  [
    'reports what it could not keep, and fails no step',
    async ({ tracker, breakDown, problems }) => {
      await tracker.runStarted(RUN);
      breakDown();
      await tracker.record(STEP, ENTRIES);
      await tracker.runFinished({ ...RUN, status: 'succeeded' }, [STEP]);
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
