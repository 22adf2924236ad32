import { type ExperimentTracker, NO_BACKLOG } from '../../components/experiment-tracker.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { repeatedPoints } from './repeated-points.ts';

export interface LocalTrackerOptions {
  readonly metadataStore: Pick<MetadataStore, 'track'>;
  /** Told when entries could not be stored; the step goes on. */
  readonly onProblem: (error: unknown) => void;
}

/** Params, metrics, tags and artifacts beside the run that they belong to, in the stack's own metadata store. */
export function localTracker({ metadataStore, onProblem }: LocalTrackerOptions): ExperimentTracker {
  const repeated = repeatedPoints();
  return {
    flavor: 'local',
    // The run itself is in the store already.
    runStarted: async () => {},
    async record(stepRun, entries) {
      try {
        await metadataStore.track(stepRun.id, repeated.without(stepRun, entries));
      } catch (error) {
        onProblem(error);
      }
    },
    runFinished: async ({ id }) => repeated.forget(id),
    linkTo: () => undefined,
    findPage: async () => undefined,
    backlog: NO_BACKLOG,
    checks: () => [],
    close: async () => {},
  };
}
