import type { ComponentKind } from './component-kind.ts';
import type { Flavor } from './flavor.ts';

/** Where the flavors of each kind stand; loaded when a component of that kind is opened, checked or asked about. */
const SHELVES: { readonly [K in ComponentKind]: () => Promise<readonly Flavor<K>[]> } = {
  orchestrator: async () => (await import('./flavors/orchestrator.ts')).ORCHESTRATORS,
  artifact_store: async () => (await import('./flavors/artifact-store.ts')).ARTIFACT_STORES,
  metadata_store: async () => (await import('./flavors/metadata-store.ts')).METADATA_STORES,
  experiment_tracker: async () => (await import('./flavors/experiment-tracker.ts')).EXPERIMENT_TRACKERS,
};

/** The flavors that come with Sluice. */
export const builtInFlavors = <K extends ComponentKind>(kind: K): Promise<readonly Flavor<K>[]> => SHELVES[kind]();
