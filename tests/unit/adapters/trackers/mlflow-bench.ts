import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localArtifactStore } from '../../../../framework/adapters/artifact-stores/local.ts';
import { sqliteMetadataStore } from '../../../../framework/adapters/metadata-stores/sqlite.ts';
import { type MlflowTrackerOptions, mlflowTracker } from '../../../../framework/adapters/trackers/mlflow.ts';
import type { ExperimentTracker } from '../../../../framework/components/experiment-tracker.ts';
import type { MetadataStore } from '../../../../framework/components/metadata-store.ts';
import type { Artifact } from '../../../../framework/model/artifact.ts';

/** Everything beside the server that an mlflow tracker works with, in a folder of its own. */
export interface MlflowBench {
  readonly home: string;
  readonly metadataStore: MetadataStore;
  readonly problems: unknown[];
  /** A tracker as a new process would open it. */
  open(options?: Partial<MlflowTrackerOptions>): ExperimentTracker;
  /** Puts bytes into the artifact store. */
  artifact(text: string): Promise<Artifact>;
  dispose(): Promise<void>;
}

export async function mlflowBench(uri: string): Promise<MlflowBench> {
  const home = await mkdtemp(join(tmpdir(), 'sluice-mlflow-'));
  const metadataStore = sqliteMetadataStore({ path: join(home, 'sluice.db') });
  await metadataStore.migrate();
  const artifactStore = localArtifactStore({ path: join(home, 'artifacts') });
  const problems: unknown[] = [];
  const opened: ExperimentTracker[] = [];
  return {
    home,
    metadataStore,
    problems,
    open(options = {}) {
      const tracker = mlflowTracker({
        server: { uri, timeoutMs: 5000 },
        nesting: 'parallel',
        waitMs: 10_000,
        stackName: 'test',
        projectDir: home,
        home,
        metadataStore,
        artifactStore: async () => artifactStore,
        onProblem: (problem) => problems.push(problem),
        ...options,
      });
      opened.push(tracker);
      return tracker;
    },
    async artifact(text) {
      const { digest, size } = await artifactStore.write(new TextEncoder().encode(text));
      return { digest, size, format: 'file', version: 1, name: 'first.txt' };
    },
    async dispose() {
      for (const tracker of opened) await tracker.close();
      await artifactStore.close();
      await metadataStore.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
