import { sql } from 'kysely';
import type { Migration } from '../migrations.ts';

/** What garbage collection goes by: pins, what was let go lately, and what a collection is about to remove. */
export const addGarbageCollection: Migration = async (db, { keyType, keyedTable }) => {
  const [key, keyed] = [sql.raw<string>(keyType), sql.raw<string>(keyedTable)];
  await db.schema
    .createTable('pin')
    .addColumn('digest', key, (c) => c.primaryKey())
    .addColumn('artifact', 'text', (c) => c.notNull())
    .addColumn('reason', 'text')
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .modifyEnd(keyed)
    .execute();
  await db.schema
    .createTable('released_artifact')
    .addColumn('id', key, (c) => c.primaryKey())
    .addColumn('artifact', 'text', (c) => c.notNull())
    .addColumn('released_at', 'bigint', (c) => c.notNull())
    .modifyEnd(keyed)
    .execute();
  await db.schema
    .createTable('collection')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('number', 'integer', (c) => c.notNull())
    .execute();
  await db.insertInto('collection').values({ id: 1, number: 0 }).execute();
  await db.schema
    .createTable('condemned')
    .addColumn('digest', key, (c) => c.primaryKey())
    .addColumn('is_removing', 'integer', (c) => c.notNull())
    .modifyEnd(keyed)
    .execute();
};
