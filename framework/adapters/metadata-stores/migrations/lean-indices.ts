import { sql } from 'kysely';
import type { Migration } from '../migrations.ts';

/**
 * Indices that hold what somebody looks for, and no more: each entry is a page to write for every step, and those that go by a digest a page of
 * its own. Step runs under way are never looked for by their end, nor are those that made their own result by its origin; which lists of key parts
 * nobody points to any more is found out by garbage collection, in one go.
 */
export const leanIndices: Migration = async ({ schema }) => {
  for (const name of ['step_run_recent', 'step_run_origin', 'step_run_parts', 'cache_entry_parts']) {
    await schema.dropIndex(name).execute();
  }
  await schema
    .createIndex('step_run_recent')
    .on('step_run')
    .columns(['step', 'status', 'ended_at', 'id'])
    .where('ended_at', 'is not', null)
    .execute();
  await schema
    .createIndex('step_run_origin')
    .on('step_run')
    .column('origin')
    .where(sql<boolean>`origin <> id`)
    .execute();
};
