import { isAbsolute, join } from 'node:path';
import type { z } from 'zod';
import type { ArtifactStore } from '../components/artifact-store.ts';
import type { MetadataStore } from '../components/metadata-store.ts';
import type { ComponentKind, ComponentOf } from './component-kind.ts';

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
  /** This process answers people meanwhile: while a component waits for somebody else, the thread goes on. */
  readonly isServer?: boolean;
}

interface FlavorFacts<K extends ComponentKind> {
  readonly kind: K;
  /** What a component's `flavor:` says. */
  readonly name: string;
  /** One line for `sluice <kind> flavors`. */
  readonly description: string;
  /** Services of docker-compose.yml that it needs; absent where it needs none. */
  readonly services?: readonly string[];
  /** Options whose values are never shown: passwords, keys. */
  readonly secretOptions?: readonly string[];
}

/** One implementation of a component kind. */
export interface Flavor<K extends ComponentKind = ComponentKind> extends FlavorFacts<K> {
  /** Schema of its options: flags, help, the JSON schema of stack files and their checking come from it. */
  readonly options: z.ZodType;
  readonly open: (options: never, context: FlavorContext) => Promise<ComponentOf[K]>;
}

/**
 * A flavor, typed: `open` gets the options as the schema puts them out. Whatever library it needs is imported in `open`, on first use.
 * A module of your own that default-exports one is named in a component's file: `flavor: ./my-store.ts`, or a package's name.
 */
export const defineFlavor = <K extends ComponentKind, S extends z.ZodType>(
  flavor: FlavorFacts<K> & {
    readonly options: S;
    readonly open: (options: z.output<S>, context: FlavorContext) => Promise<ComponentOf[K]>;
  },
): Flavor<K> => Object.freeze(flavor);

/** A path in a stack's file counts from the project folder. */
export const inProject = (path: string, { projectDir }: FlavorContext): string =>
  isAbsolute(path) ? path : join(projectDir, path);
