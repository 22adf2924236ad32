import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryArtifactStore } from '../../framework/adapters/artifact-stores/memory.ts';
import { readThrough } from '../../framework/adapters/artifact-stores/read-through.ts';
import { describeArtifactStore } from './artifact-store.suite.ts';

describeArtifactStore({
  name: 'memory behind a cache',
  open: async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'sluice-cache-'));
    const store = readThrough({ remote: memoryArtifactStore(), cacheDir });
    return {
      store,
      damage: async () => {},
      dispose: async () => {
        await store.close();
        await rm(cacheDir, { recursive: true, force: true });
      },
    };
  },
  skip: [
    {
      reason: 'a damaged copy is fetched again, and nothing but the store can reach the memory behind it',
      tests: [
        'notices damaged bytes on every way to them',
        'notices damaged bytes of a big file that has a second digest',
        'replaces damaged bytes when the right ones are written',
      ],
    },
  ],
});
