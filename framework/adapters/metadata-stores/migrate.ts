import type { Kysely } from 'kysely';
import { sluiceError } from '../../errors.ts';
import type { MetadataSchema, Sql, SqlCapabilities } from './metadata-schema.ts';
import { MIGRATIONS } from './migrations.ts';

/** The one row of `schema_version`. */
const ROW = 1;

interface Place {
  readonly location: string;
  readonly capabilities: SqlCapabilities;
}

/** Version of the schema that the database has; 0 when it has none. */
export async function schemaVersion(db: Sql, { isMissingTable }: SqlCapabilities): Promise<number> {
  try {
    const row = await db.selectFrom('schema_version').select('version').where('id', '=', ROW).executeTakeFirst();
    return row?.version ?? 0;
  } catch (error) {
    if (isMissingTable(error)) return 0;
    throw error;
  }
}

/**
 * Runs the migrations that the database lacks, all or none. Of several processes that come at once one works and the others wait.
 * @throws ERR_SCHEMA_NEWER
 */
export async function migrate(db: Kysely<MetadataSchema>, { location, capabilities }: Place): Promise<void> {
  const known = MIGRATIONS.length;
  const found = await schemaVersion(db, capabilities);
  if (found > known) throw sluiceError('ERR_SCHEMA_NEWER', { store: location, found, known });
  if (found === known) return;
  await capabilities.prepare?.(db);
  await db.transaction().execute(async (on) => {
    await capabilities.lockSchema?.(on);
    await createVersionTable(on);
    // Others may have been here while this one waited.
    for (const migration of MIGRATIONS.slice(await schemaVersion(on, capabilities))) await migration(on, capabilities);
    await on
      .insertInto('schema_version')
      .values({ id: ROW, version: known })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ version: known }))
      .execute();
  });
}

const createVersionTable = (on: Sql): Promise<void> =>
  on.schema
    .createTable('schema_version')
    .ifNotExists()
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('version', 'integer', (c) => c.notNull())
    .execute();
