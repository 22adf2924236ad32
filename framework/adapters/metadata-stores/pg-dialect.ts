import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { type PgSession, pgSession } from './pg-session.ts';
import type { TransactionMarks } from './transaction-marks.ts';

export interface PgDialectOptions {
  /** Called by the first query. */
  readonly pool: () => Promise<Pool>;
  readonly marks: TransactionMarks;
}

/**
 * Kysely on `pg`, in few round trips: statements stay prepared, `begin` and writes that nobody reads back are sent without waiting
 * for their answers, and a commit whose answer was lost is looked up instead of guessed. (Kysely's own driver waits after each statement.)
 */
export function pgDialect(options: PgDialectOptions): Dialect {
  return {
    createDriver: () => createDriver(options),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

interface PgConnection extends DatabaseConnection {
  readonly client: PoolClient;
  readonly session: PgSession;
}

function createDriver({ pool: open, marks }: PgDialectOptions): Driver {
  let pool: Pool | undefined;
  const connections = new WeakMap<PoolClient, PgConnection>();
  const connected = (on: DatabaseConnection): PgConnection => on as PgConnection;
  const connect = async (): Promise<PgConnection> => {
    if (!pool) throw new Error('This store is closed.');
    const client = await pool.connect();
    const connection = connections.get(client) ?? connectionTo(client, marks);
    connections.set(client, connection);
    return connection;
  };
  const release = (connection: PgConnection): void => connection.client.release(connection.session.isBroken());
  return {
    async init() {
      pool = await open();
    },
    acquireConnection: connect,
    async beginTransaction(on, { accessMode }: TransactionSettings) {
      connected(on).session.begin(accessMode === 'read only');
    },
    async commitTransaction(on) {
      const doubt = await connected(on).session.commit();
      if (!doubt) return;
      if (!(await marks.happened(doubt.mark))) throw doubt.error;
    },
    rollbackTransaction: (on) => connected(on).session.rollback(),
    releaseConnection: async (on) => release(connected(on)),
    async destroy() {
      await pool?.end();
      pool = undefined;
    },
  };
}

function connectionTo(client: PoolClient, marks: TransactionMarks): PgConnection {
  const session = pgSession(client, marks);
  return {
    client,
    session,
    executeQuery: (query) => session.execute(query),
    // No query of ours is streamed; one chunk of all rows keeps the contract.
    async *streamQuery<R>(
      query: Parameters<DatabaseConnection['executeQuery']>[0],
    ): AsyncIterableIterator<QueryResult<R>> {
      yield await session.execute<R>(query);
    },
  };
}
