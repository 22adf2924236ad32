import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  DeleteQueryNode,
  type Dialect,
  type Driver,
  InsertQueryNode,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
  UpdateQueryNode,
} from 'kysely';

/** Statements kept prepared. Inserts of many rows come in as many shapes as there are numbers of rows. */
const KEPT = 200;

export interface NodeSqliteDialectOptions {
  /** Called by the first query. */
  readonly open: () => Promise<DatabaseSync>;
  /** Turns what SQLite throws into what the caller shall see. */
  readonly explain: (error: unknown) => unknown;
}

/** Kysely on `node:sqlite`: one connection, prepared statements kept, transactions that take the write lock when they begin. */
export function nodeSqliteDialect(options: NodeSqliteDialectOptions): Dialect {
  return {
    createDriver: () => createDriver(options),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

function createDriver({ open, explain }: NodeSqliteDialectOptions): Driver {
  let database: DatabaseSync | undefined;
  let connection: DatabaseConnection;
  const execute = (text: string) => async (on: DatabaseConnection) =>
    void (await on.executeQuery(CompiledQuery.raw(text)));
  return {
    async init() {
      database = await open();
      connection = connectionTo(database, explain);
    },
    acquireConnection: async () => connection,
    // A transaction that reads first and writes later would fail, not wait, when another process wrote in between.
    beginTransaction: (on, { accessMode }: TransactionSettings) =>
      execute(accessMode === 'read only' ? 'begin' : 'begin immediate')(on),
    commitTransaction: execute('commit'),
    async rollbackTransaction(on) {
      // A full disk has SQLite roll back by itself; a second time would hide that error behind another one.
      if (database?.isTransaction !== false) await execute('rollback')(on);
    },
    releaseConnection: async () => {},
    async destroy() {
      database?.close();
      database = undefined;
    },
  };
}

function connectionTo(database: DatabaseSync, explain: (error: unknown) => unknown): DatabaseConnection {
  const kept = new Map<string, StatementSync>();

  function prepared(text: string): StatementSync {
    const statement = kept.get(text) ?? database.prepare(text);
    kept.delete(text);
    kept.set(text, statement);
    const oldest = kept.size > KEPT ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    return statement;
  }

  return {
    async executeQuery<R>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<R>> {
      try {
        const statement = prepared(sql);
        const values = parameters as readonly SQLInputValue[];
        const isWrite = InsertQueryNode.is(query) || UpdateQueryNode.is(query) || DeleteQueryNode.is(query);
        if (!isWrite || query.returning) return { rows: statement.all(...values) as R[] };
        return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) };
      } catch (error) {
        throw explain(error);
      }
    },
    // No query of ours is streamed; one chunk of all rows keeps the contract.
    async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
      yield await this.executeQuery<R>(query);
    },
  };
}
