import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localArtifactStore } from '../../framework/adapters/artifact-stores/local.ts';
import { describeArtifactStore } from './artifact-store.suite.ts';

describeArtifactStore({
  name: 'local',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-store-'));
    return {
      store: localArtifactStore({ path: join(folder, 'store') }),
      damage: async (digest) => {
        const path = join(folder, 'store', 'objects', digest.slice(0, 2), digest.slice(2));
        const bytes = await readFile(path);
        await chmod(path, 0o644);
        await writeFile(
          path,
          bytes.map((byte) => byte ^ 1),
        );
      },
      dispose: () => rm(folder, { recursive: true, force: true }),
    };
  },
});
