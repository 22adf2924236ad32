import { sql } from 'kysely';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import { createChangeTriggers, tellDeletedClaims } from './change-triggers.ts';
import type { Sql, SqlCapabilities } from './metadata-schema.ts';
import { pgDialect } from './pg-dialect.ts';
import { postgresChecks, tooOld } from './postgres-checks.ts';
import { type PostgresConnection, type PostgresConnectionOptions, postgresConnection } from './postgres-connection.ts';
import { isMissingTable, postgresError } from './postgres-error.ts';
import { postgresFeed } from './postgres-feed.ts';
import { createRetry, retryCalls } from './retry-calls.ts';
import { sqlMetadataStore } from './sql-metadata-store.ts';
import { MARK_TABLE, transactionMarks } from './transaction-marks.ts';

export interface PostgresMetadataStoreOptions extends PostgresConnectionOptions {
  /** Milliseconds since the epoch, instead of the server's clock. */
  readonly now?: () => number;
}

/** The number under which migrations of one schema wait for each other; the schema's own hash is the second half. */
const MIGRATION_LOCK = 0x51_01_ce;

/**
 * The metadata store in one schema of a Postgres database (13 or newer), for any number of executors on any number of machines. Leases go by
 * the server's clock. A server that restarts holds a run up, for a minute at most, and fails nothing: see `retryCalls` and `transactionMarks`.
 *
 * @throws ERR_STORE_OPEN, ERR_STORE_UNREACHABLE, ERR_STORE_BUSY, ERR_STORE_WRITE: from every method.
 */
export function postgresMetadataStore({ now, ...options }: PostgresMetadataStoreOptions): MetadataStore {
  const server = postgresConnection(options);
  const closing = new AbortController();
  const retry = createRetry({
    explain: (error, seconds) => postgresError(error, server, seconds),
    closed: closing.signal,
  });
  const marks = transactionMarks((question) =>
    retry(async () => {
      const client = await server.connect();
      try {
        return await question(client);
      } finally {
        await client.end();
      }
    }),
  );
  const store = sqlMetadataStore({
    flavor: 'postgres',
    location: server.location,
    dialect: pgDialect({ pool: server.pool, marks }),
    manyMachines: true,
    capabilities: capabilitiesOf(server, now === undefined),
    feed: (context) => postgresFeed(context, server),
    async backup(file) {
      throw dumpInstead(server, file);
    },
    checks: ({ db }, migrate) =>
      postgresChecks(db, server, migrate).map(({ run, fix, ...check }) => ({
        ...check,
        run: () => retry(run),
        ...(fix && { fix: () => retry(fix) }),
      })),
    ...(now ? { now } : {}),
  });
  const { close } = store;
  return retryCalls(
    {
      ...store,
      async close() {
        closing.abort();
        await close();
      },
    },
    retry,
  );
}

function capabilitiesOf(server: PostgresConnection, byServerClock: boolean): SqlCapabilities {
  return {
    keyType: 'text collate "C"',
    keyedTable: '',
    oneWriter: false,
    likeAnyCase: 'ilike',
    ...(byServerClock ? { serverClock: sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint` } : {}),
    isMissingTable,
    async prepare(db) {
      const reason = await tooOld(db);
      const { location: path, schema } = server;
      if (reason) throw sluiceError('ERR_STORE_OPEN', { store: 'postgres', path, reason });
      await makeSchema(db, schema);
    },
    async lockSchema(on) {
      await sql`select pg_advisory_xact_lock(${MIGRATION_LOCK}, hashtext(${server.schema}))`.execute(on);
    },
    async settle(db) {
      // Every commit changes one of these first: the lock waits for those that are under way, and is given back at once. One at a time, so
      // that nobody waits in a circle.
      for (const table of ['claim', 'step_run'] as const) {
        await db.transaction().execute((on) => sql`lock table ${sql.table(table)} in share mode`.execute(on));
      }
    },
    addOwnObjects: createChangeTriggers,
    tellGivenBack: tellDeletedClaims,
  };
}

/**
 * The schema and the table that the driver marks its transactions in. One statement, so that it needs no transaction, which would have to be
 * marked. Whether the schema is there is asked first: `if not exists` wants the right to create it in any case.
 */
async function makeSchema(db: Sql, schema: string): Promise<void> {
  // A block of code takes no parameters; the name has been checked to be letters, digits and _.
  const words = `do $$ begin
    perform pg_advisory_xact_lock(${MIGRATION_LOCK}, hashtext('${schema}'));
    if not exists (select from pg_namespace where nspname = '${schema}') then create schema "${schema}"; end if;
    create table if not exists "${schema}".${MARK_TABLE} (connection text primary key, number integer not null);
  end $$`;
  await sql.raw(words).execute(db);
}

/** Postgres has the tool for it, consistent while runs go on; the password is asked for, or taken from PGPASSWORD or ~/.pgpass. */
function dumpInstead({ host, port, user, database, schema }: PostgresConnection, file: string): Error {
  const dump = `pg_dump --host=${host} --port=${port} --username=${user} --schema=${schema} --format=custom --file=${file} ${database}`;
  return sluiceError('ERR_USAGE', {
    message: 'A Postgres database is backed up by its own tool.',
    hint: `Run: ${dump}\nBack into an empty database: pg_restore --dbname=${database} ${file}`,
  });
}
