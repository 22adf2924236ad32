import { sql } from 'kysely';
import type { Migration } from '../migrations.ts';

/** Where the time and the machine went, what a run's code and surroundings were, notes, and what hooks failed at. */
export const addRecording: Migration = async ({ schema }, { keyType, keyedTable }) => {
  for (const column of ['notes', 'environment', 'git', 'hook_failures']) {
    await schema.alterTable('run').addColumn(column, 'text').execute();
  }
  for (const column of ['segments', 'usage', 'hook_failures']) {
    await schema.alterTable('step_run').addColumn(column, 'text').execute();
  }
  for (const column of ['segments', 'usage']) await schema.alterTable('attempt').addColumn(column, 'text').execute();

  const key = sql.raw<string>(keyType);
  const keyed = sql.raw<string>(keyedTable);
  await schema
    .createTable('run_code')
    .addColumn('run_id', key, (c) => c.primaryKey())
    .addColumn('packages_id', key, (c) => c.notNull())
    .addColumn('diff_id', key)
    .addColumn('is_diff_cut', 'integer', (c) => c.notNull())
    .modifyEnd(keyed)
    .execute();
  await schema.createIndex('run_code_packages').on('run_code').column('packages_id').execute();
  await schema.createIndex('run_code_diff').on('run_code').column('diff_id').execute();
  await schema
    .createTable('run_text')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('text', 'text', (c) => c.notNull())
    .execute();
};
