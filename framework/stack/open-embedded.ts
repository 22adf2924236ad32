import { join } from 'node:path';
import type { Resources } from '../model/step-definition.ts';
import type { ComponentKind, ComponentOf } from './component-kind.ts';
import { type FlavorContext, inProject } from './flavor.ts';

type Open<K extends ComponentKind> = (
  options: Readonly<Record<never, never>>,
  context: FlavorContext,
) => Promise<ComponentOf[K]>;

interface OrchestratorOptions {
  readonly maxParallel?: number | undefined;
  readonly cpu?: number | undefined;
  readonly memory?: number | string | undefined;
  readonly gpu?: number | undefined;
}

/**
 * How the components of the embedded stack are opened. They stand apart from their flavors so that a stack which says nothing of its components
 * is opened without the schemas that check options, and so without the library that makes these: a sixth of a cached run's time.
 */
export const EMBEDDED_COMPONENTS = {
  async orchestrator({ maxParallel, ...said }: OrchestratorOptions) {
    const { availableParallelism } = await import('node:os');
    const capacity: Resources = Object.fromEntries(Object.entries(said).filter(([, amount]) => amount !== undefined));
    return { flavor: 'local', maxParallel: maxParallel ?? availableParallelism(), capacity };
  },
  async artifact_store({ path }: { readonly path?: string | undefined }, context) {
    const { localArtifactStore } = await import('../adapters/artifact-stores/local.ts');
    return localArtifactStore({ path: path ? inProject(path, context) : join(context.home, 'artifacts') });
  },
  async metadata_store({ path }: { readonly path?: string | undefined }, context) {
    const { sqliteMetadataStore } = await import('../adapters/metadata-stores/sqlite.ts');
    return sqliteMetadataStore({
      path: path ? inProject(path, context) : join(context.home, 'sluice.db'),
      ...(context.isServer && { yields: true }),
    });
  },
  async experiment_tracker(_, context) {
    const { localTracker } = await import('../adapters/trackers/local.ts');
    return localTracker({ metadataStore: await context.metadataStore(), onProblem: context.onTrackerProblem });
  },
} satisfies { readonly [K in ComponentKind]: Open<K> };
