import type { PostgresConnectionOptions } from '../adapters/metadata-stores/postgres-connection.ts';
import { memoryBytes } from '../executor/resource-amounts.ts';
import { artifactCacheDir } from '../executor/stack-services.ts';
import type { ComponentKind, ComponentOf } from './component-kind.ts';
import { type FlavorContext, inProject } from './flavor.ts';
import { maySendCourier } from './may-send-courier.ts';

/** A flavor as it is opened: what its `Flavor` says but the schema. */
export interface Opener<K extends ComponentKind, O> {
  readonly open: (options: O, context: FlavorContext) => Promise<ComponentOf[K]>;
  /** Texts that the schema checks for not being empty and for nothing else: see `rememberedOptions`. */
  readonly secretOptions: readonly string[];
}

interface MinioOptions {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string | undefined;
  readonly prefix: string;
  readonly region: string;
  readonly pathStyle: boolean;
  readonly caFile?: string | undefined;
  readonly cache: string;
  readonly partSize: string;
  readonly concurrency: number;
}

interface MlflowOptions {
  readonly uri: string;
  readonly experiment?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly token?: string | undefined;
  readonly nested: 'parallel' | 'all' | 'none';
  readonly timeoutMs: number;
  readonly waitMs: number;
}

const minio: Opener<'artifact_store', MinioOptions> = {
  secretOptions: ['secretKey', 'sessionToken'],
  async open({ cache, partSize, caFile, sessionToken, ...options }, context) {
    const { minioArtifactStore } = await import('../adapters/artifact-stores/minio.ts');
    const { readThrough } = await import('../adapters/artifact-stores/read-through.ts');
    const remote = minioArtifactStore({
      ...options,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...(caFile === undefined ? {} : { caFile: inProject(caFile, context) }),
      partSize: memoryBytes(partSize),
    });
    // The folder where results are laid out for steps: both are links to the same objects.
    return readThrough({ remote, cacheDir: artifactCacheDir(context.home), maxBytes: memoryBytes(cache) });
  },
};

const postgres: Opener<'metadata_store', PostgresConnectionOptions> = {
  // A URL may hold the password.
  secretOptions: ['password', 'url'],
  async open({ ca, ...options }, context) {
    const { postgresMetadataStore } = await import('../adapters/metadata-stores/postgres.ts');
    return postgresMetadataStore({ ...options, ca: ca && inProject(ca, context) });
  },
};

const mlflow: Opener<'experiment_tracker', MlflowOptions> = {
  secretOptions: ['password', 'token'],
  async open({ uri, experiment, token, username, password, nested, timeoutMs, waitMs }, context) {
    const { mlflowTracker } = await import('../adapters/trackers/mlflow.ts');
    const send = async (): Promise<void> => (await import('./start-courier.ts')).startCourier(context);
    const credentials = { ...(token && { token }), ...(username && { username }), ...(password && { password }) };
    return mlflowTracker({
      server: { uri: uri.replace(/\/+$/, ''), timeoutMs, ...credentials },
      ...(experiment !== undefined && { experiment }),
      nesting: nested,
      waitMs,
      stackName: context.stackName,
      projectDir: context.projectDir,
      home: context.home,
      metadataStore: await context.metadataStore(),
      artifactStore: context.artifactStore,
      onProblem: context.onTrackerProblem,
      startCourier: maySendCourier() ? send : undefined,
    });
  },
};

const none: Opener<'experiment_tracker', Readonly<Record<never, never>>> = {
  secretOptions: [],
  async open() {
    const { noTracker } = await import('../adapters/trackers/none.ts');
    return noTracker();
  },
};

/** How a team's components are opened, apart from their flavors as the embedded ones are: options that were checked before need no schema. */
export const SERVER_COMPONENTS = {
  artifact_store: { minio },
  metadata_store: { postgres },
  experiment_tracker: { mlflow, none },
} as const;

/** The opener of a built-in flavor; undefined of others. */
export const openerOf = <K extends ComponentKind>(kind: K, flavor: string): Opener<K, never> | undefined => {
  const shelves: Readonly<Record<string, Shelf>> = SERVER_COMPONENTS;
  const shelf = shelves[kind] ?? {};
  return Object.hasOwn(shelf, flavor) ? (shelf[flavor] as Opener<K, never>) : undefined;
};

type Shelf = Readonly<Record<string, Opener<ComponentKind, never> | undefined>>;
