import type { RunRecord, StepRunRecord } from '../model/run.ts';
import type { ComponentCheck } from './component-check.ts';
import type { TrackerEntry } from './metadata-store.ts';

/** Where a step's params, metrics, tags and files are shown. A tracker that fails must never fail a step: it reports through `onProblem`. */
export interface ExperimentTracker {
  readonly flavor: string;
  runStarted(run: RunRecord): Promise<void>;
  /** Entries of one step run, in the order they came; called in batches. */
  record(
    stepRun: { readonly id: string; readonly runId: string; readonly step: string },
    entries: readonly TrackerEntry[],
  ): Promise<void>;
  runFinished(run: RunRecord, steps: readonly StepRunRecord[]): Promise<void>;
  checks(): readonly ComponentCheck[];
  close(): Promise<void>;
}
