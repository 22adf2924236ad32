import type { TrackedStep } from '../../components/experiment-tracker.ts';
import type { TrackerEntry } from '../../components/metadata-store.ts';

/** Leaves out the points of metrics that a retry says again just as an earlier attempt of the same step run did, so that a curve has them once. */
export interface RepeatedPoints {
  without(stepRun: TrackedStep, entries: readonly TrackerEntry[]): readonly TrackerEntry[];
  /** Nothing more will come of this run. */
  forget(runId: string): void;
}

interface Point {
  readonly value: number;
  readonly attempt: number;
}

export function repeatedPoints(): RepeatedPoints {
  const runs = new Map<string, Map<string, Point>>();

  return {
    without({ id, runId, attempt = 1 }, entries) {
      const points = runs.get(runId) ?? new Map<string, Point>();
      runs.set(runId, points);
      return entries.filter((entry) => {
        if (entry.kind !== 'metric') return true;
        const key = JSON.stringify([id, entry.name, entry.step]);
        const before = points.get(key);
        if (before && before.attempt !== attempt && Object.is(before.value, entry.value)) return false;
        points.set(key, { value: entry.value, attempt });
        return true;
      });
    },
    forget: (runId) => void runs.delete(runId),
  };
}
