import type { ArtifactStore } from '../components/artifact-store.ts';
import type { ExperimentTracker } from '../components/experiment-tracker.ts';
import type { MetadataStore } from '../components/metadata-store.ts';
import type { Stack } from '../components/stack.ts';

/** What a component of each kind is once it is opened: its port. */
export interface ComponentOf {
  readonly orchestrator: Stack['orchestrator'];
  readonly artifact_store: ArtifactStore;
  readonly metadata_store: MetadataStore;
  readonly experiment_tracker: ExperimentTracker;
}

export type ComponentKind = keyof ComponentOf;

/** In the order in which they are shown. */
export const COMPONENT_KINDS: readonly ComponentKind[] = [
  'orchestrator',
  'artifact_store',
  'metadata_store',
  'experiment_tracker',
];
