import type { Kysely } from 'kysely';
import { sluiceError } from '../../errors.ts';
import type { MetadataSchema, Sql, SqlCapabilities } from './metadata-schema.ts';
import { MIGRATIONS } from './migrations.ts';

/** The one row of `schema_version`. */
const ROW = 1;

/** Version of the schema that the database has; 0 when it has none. */
export async function schemaVersion(db: Sql): Promise<number> {
  await db.schema
    .createTable('schema_version')
    .ifNotExists()
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('version', 'integer', (c) => c.notNull())
    .execute();
  const row = await db.selectFrom('schema_version').select('version').where('id', '=', ROW).executeTakeFirst();
  return row?.version ?? 0;
}

/**
 * Runs the migrations that the database lacks, all or none. Of several processes that come at once one works and the others wait.
 * @throws ERR_SCHEMA_NEWER
 */
export async function migrate(
  db: Kysely<MetadataSchema>,
  { location, capabilities }: { readonly location: string; readonly capabilities: SqlCapabilities },
): Promise<void> {
  const known = MIGRATIONS.length;
  const found = await schemaVersion(db);
  if (found > known) throw sluiceError('ERR_SCHEMA_NEWER', { store: location, found, known });
  if (found === known) return;
  await db.transaction().execute(async (on) => {
    await capabilities.lockSchema?.(on);
    for (const migration of MIGRATIONS.slice(await schemaVersion(on))) await migration(on, capabilities);
    await on
      .insertInto('schema_version')
      .values({ id: ROW, version: known })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ version: known }))
      .execute();
  });
}
