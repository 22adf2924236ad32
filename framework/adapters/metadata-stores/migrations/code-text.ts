import { sql } from 'kysely';
import type { Migration } from '../migrations.ts';

/** Texts of the pieces of source that keys name, so that `why` can show changed lines. */
export const addCodeText: Migration = async ({ schema }, { keyType, keyedTable }) => {
  await schema
    .createTable('code_text')
    .addColumn('digest', sql.raw<string>(keyType), (c) => c.primaryKey())
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .modifyEnd(sql.raw<string>(keyedTable))
    .execute();
  await schema.createIndex('code_text_oldest').on('code_text').columns(['created_at', 'digest']).execute();
};
