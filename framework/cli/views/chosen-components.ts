import type { ComponentKind } from '../../stack/component-kind.ts';

/** The component flags of `sluice stack register`, as commander names them. */
export interface ComponentFlags<T> {
  readonly artifactStore?: T;
  readonly metadataStore?: T;
  readonly experimentTracker?: T;
  readonly orchestrator?: T;
}

/** What those flags say, by kind. */
export function chosenComponents<T>(flags: ComponentFlags<T>): Partial<Record<ComponentKind, T>> {
  const { artifactStore, metadataStore, experimentTracker, orchestrator } = flags;
  return {
    ...(orchestrator !== undefined && { orchestrator }),
    ...(artifactStore !== undefined && { artifact_store: artifactStore }),
    ...(metadataStore !== undefined && { metadata_store: metadataStore }),
    ...(experimentTracker !== undefined && { experiment_tracker: experimentTracker }),
  };
}
