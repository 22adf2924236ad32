import type { Resources } from '../model/step-definition.ts';
import type { ArtifactStore } from './artifact-store.ts';
import type { ExperimentTracker } from './experiment-tracker.ts';
import type { MetadataStore } from './metadata-store.ts';

/** An opened stack: the components one run works with. */
export interface Stack {
  readonly name: string;
  /** Folder of the project (holds `pipelines/`, `stacks/`, package.json). */
  readonly projectDir: string;
  /** Folder for local state of this checkout: `.sluice` or SLUICE_HOME. */
  readonly home: string;
  readonly artifactStore: ArtifactStore;
  readonly metadataStore: MetadataStore;
  readonly experimentTracker: ExperimentTracker;
  readonly orchestrator: {
    readonly flavor: string;
    readonly maxParallel: number;
    /** What `resources` of steps are counted against, where the stack says it. Default: what the machine has. */
    readonly capacity?: Resources;
  };
  close(): Promise<void>;
}
