import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteMetadataStore } from '../../framework/adapters/metadata-stores/sqlite.ts';
import { describeMetadataStore } from './metadata-store.suite.ts';

describeMetadataStore({
  name: 'sqlite',
  open: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-sqlite-'));
    return {
      connect: async ({ now }) => sqliteMetadataStore({ path: join(folder, 'sluice.db'), now }),
      dispose: () => rm(folder, { recursive: true, force: true }),
    };
  },
});
