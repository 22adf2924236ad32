import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sqliteMetadataStore } from '../../../../framework/adapters/metadata-stores/sqlite.ts';
import { sqliteBackup } from '../../../../framework/adapters/metadata-stores/sqlite-backup.ts';
import { temporaryFolder } from '../../executor/open-test-stack.ts';

it('of two backups under one name at the same moment one is made, and the other is refused', async () => {
  const folder = temporaryFolder();
  const store = sqliteMetadataStore({ path: join(folder, 'sluice.db') });
  await store.migrate();
  await store.close();
  const backup = () => sqliteBackup(join(folder, 'sluice.db'), join(folder, 'backup.db'));
  const ended = await Promise.allSettled([backup(), backup()]);
  expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(ended.find((one) => one.status === 'rejected')?.reason).toMatchObject({ code: 'ERR_FILE_EXISTS' });
  expect(readdirSync(folder).filter((name) => name.startsWith('backup'))).toEqual(['backup.db']);
});
