import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sqliteMetadataStore } from '../../framework/adapters/metadata-stores/sqlite.ts';
import { describeProcesses } from './metadata-store-processes.suite.ts';

describeProcesses('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-processes-'));
  const path = join(folder, 'sluice.db');
  return {
    place: { flavor: 'sqlite', path },
    store: sqliteMetadataStore({ path }),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
});
