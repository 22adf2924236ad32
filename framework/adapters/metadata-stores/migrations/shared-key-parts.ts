import { sql } from 'kysely';
import type { Migration } from '../migrations.ts';

/** A list of key parts may go on where another one ends: all calls of a step begin alike. Lists of before are whole. */
export const shareKeyParts: Migration = async ({ schema }, { keyType }) => {
  await schema.alterTable('key_parts').addColumn('base_id', sql.raw<string>(keyType)).execute();
};
