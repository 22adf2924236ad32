import type { ExperimentTracker } from '../../components/experiment-tracker.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';

export interface LocalTrackerOptions {
  readonly metadataStore: Pick<MetadataStore, 'track'>;
  /** Told when entries could not be stored; the step goes on. */
  readonly onProblem: (error: unknown) => void;
}

/** Params, metrics, tags and artifacts beside the run that they belong to, in the stack's own metadata store. */
export const localTracker = ({ metadataStore, onProblem }: LocalTrackerOptions): ExperimentTracker => ({
  flavor: 'local',
  // The run itself is in the store already.
  runStarted: async () => {},
  async record(stepRun, entries) {
    try {
      await metadataStore.track(stepRun.id, entries);
    } catch (error) {
      onProblem(error);
    }
  },
  runFinished: async () => {},
  checks: () => [],
  close: async () => {},
});
