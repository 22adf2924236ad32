import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { ArtifactStore } from '../components/artifact-store.ts';
import type { ExperimentTracker } from '../components/experiment-tracker.ts';
import type { MetadataStore } from '../components/metadata-store.ts';
import type { Stack } from '../components/stack.ts';
import type { ComponentKind } from './stack-config.ts';

/** What a flavor may know when it is opened. */
export interface FlavorContext {
  readonly stackName: string;
  readonly projectDir: string;
  readonly home: string;
  /** For trackers that keep their entries beside the runs. */
  readonly metadataStore: () => Promise<MetadataStore>;
  /** For trackers that hand files on. */
  readonly artifactStore: () => Promise<ArtifactStore>;
  readonly onTrackerProblem: (error: unknown) => void;
}

/** One implementation of a component kind: the schema of its options, and how it is opened. Its library is imported by `open`. */
export interface Flavor<C> {
  readonly options: z.ZodType;
  readonly open: (options: never, context: FlavorContext) => Promise<C>;
}

const flavor = <S extends z.ZodType, C>(
  options: S,
  open: (options: z.output<S>, context: FlavorContext) => Promise<C>,
): Flavor<C> => ({ options, open });

/** A path in a stack's file counts from the project folder. */
const inProject = (path: string, { projectDir }: FlavorContext): string =>
  isAbsolute(path) ? path : join(projectDir, path);

const Path = z.string().min(1).optional();

/** Every flavor, by kind and name. */
export const FLAVORS: {
  readonly orchestrator: Readonly<Record<string, Flavor<Stack['orchestrator']>>>;
  readonly artifact_store: Readonly<Record<string, Flavor<ArtifactStore>>>;
  readonly metadata_store: Readonly<Record<string, Flavor<MetadataStore>>>;
  readonly experiment_tracker: Readonly<Record<string, Flavor<ExperimentTracker>>>;
} = {
  orchestrator: {
    local: flavor(z.strictObject({ maxParallel: z.int().positive().optional() }), async ({ maxParallel }) => {
      const { availableParallelism } = await import('node:os');
      return { flavor: 'local', maxParallel: maxParallel ?? availableParallelism() };
    }),
  },
  artifact_store: {
    local: flavor(z.strictObject({ path: Path }), async ({ path }, context) => {
      const { localArtifactStore } = await import('../adapters/artifact-stores/local.ts');
      return localArtifactStore({ path: path ? inProject(path, context) : join(context.home, 'artifacts') });
    }),
    memory: flavor(z.strictObject({}), async () => {
      const { memoryArtifactStore } = await import('../adapters/artifact-stores/memory.ts');
      return memoryArtifactStore();
    }),
  },
  metadata_store: {
    sqlite: flavor(z.strictObject({ path: Path }), async ({ path }, context) => {
      const { sqliteMetadataStore } = await import('../adapters/metadata-stores/sqlite.ts');
      return sqliteMetadataStore({ path: path ? inProject(path, context) : join(context.home, 'sluice.db') });
    }),
  },
  experiment_tracker: {
    local: flavor(z.strictObject({}), async (_, context) => {
      const { localTracker } = await import('../adapters/trackers/local.ts');
      return localTracker({ metadataStore: await context.metadataStore(), onProblem: context.onTrackerProblem });
    }),
    none: flavor(z.strictObject({}), async () => {
      const { noTracker } = await import('../adapters/trackers/none.ts');
      return noTracker();
    }),
  },
};

export const flavorNames = (kind: ComponentKind): readonly string[] => Object.keys(FLAVORS[kind]);
