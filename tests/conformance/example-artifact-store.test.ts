import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FlavorContext } from '../../framework/stack/flavor.ts';
import example from '../../stacks/examples/sqlite-artifacts.ts';
import { describeArtifactStore } from './artifact-store.suite.ts';

const refuse = async (): Promise<never> => {
  throw new Error('An artifact store needs no other component.');
};

describeArtifactStore({
  name: 'sqlite-artifacts, the example of a flavor',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-example-'));
    const context: FlavorContext = {
      stackName: 'test',
      projectDir: folder,
      home: folder,
      metadataStore: refuse,
      artifactStore: refuse,
      onTrackerProblem: () => {},
    };
    const options = example.options.parse({ file: 'artifacts.db' }) as never;
    const store = await example.open(options, context);
    return {
      store,
      damage: async (digest) => {
        const db = new DatabaseSync(join(folder, 'artifacts.db'));
        db.prepare(
          `UPDATE artifact SET bytes = CAST(replace(CAST(bytes AS TEXT), 'h', 'j') AS BLOB) WHERE digest = ?`,
        ).run(digest);
        db.close();
      },
      dispose: async () => {
        await store.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
});
