import type { Migration } from '../migrations.ts';

/** Which runs resumed a run. */
export const addRunLinks: Migration = async ({ schema }) => {
  await schema
    .createIndex('run_resumed')
    .on('run')
    .columns(['resumed_from', 'created_at'])
    .where('resumed_from', 'is not', null)
    .execute();
};
