import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
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
import { setDirectConnection } from './direct-connection.ts';

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
  const adapter = new SqliteAdapter();
  return {
    createDriver: () => createDriver(options, adapter),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => adapter,
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

type Query = Pick<CompiledQuery, 'sql' | 'parameters' | 'query'>;

/** An open database, its statements prepared once. */
interface Session {
  readonly database: DatabaseSync;
  execute<R>(query: Query): QueryResult<R>;
  /** A statement without values and rows. */
  run(text: string): void;
}

function createDriver({ open, explain }: NodeSqliteDialectOptions, adapter: SqliteAdapter): Driver {
  let session: Session | undefined;
  let connection: DatabaseConnection;
  setDirectConnection(adapter, {
    execute: (query, inTransaction) =>
      session && (inTransaction || !session.database.isTransaction) ? session.execute(query) : undefined,
  });
  return {
    async init() {
      session = sessionOn(await open(), explain);
      connection = connectionTo(session);
    },
    acquireConnection: async () => connection,
    // A transaction that reads first and writes later would fail, not wait, when another process wrote in between.
    beginTransaction: async (_, { accessMode }: TransactionSettings) =>
      session?.run(accessMode === 'read only' ? 'begin' : 'begin immediate'),
    commitTransaction: async () => session?.run('commit'),
    async rollbackTransaction() {
      // A full disk has SQLite roll back by itself; a second time would hide that error behind another one.
      if (session?.database.isTransaction) session.run('rollback');
    },
    releaseConnection: async () => {},
    async destroy() {
      session?.database.close();
      session = undefined;
    },
  };
}

interface Prepared {
  readonly statement: StatementSync;
  /** It changes rows and gives none back. */
  readonly isSilent: boolean;
}

function sessionOn(database: DatabaseSync, explain: (error: unknown) => unknown): Session {
  const kept = new Map<string, Prepared>();
  const words = new Map<string, StatementSync>();

  function prepare({ sql, query }: Pick<Query, 'sql' | 'query'>): Prepared {
    const isWrite = InsertQueryNode.is(query) || UpdateQueryNode.is(query) || DeleteQueryNode.is(query);
    const prepared = { statement: database.prepare(sql), isSilent: isWrite && !query.returning };
    // The eldest goes, and not the one that was unused for longest: keeping score would cost each use more than it saves.
    const eldest = kept.size >= KEPT ? kept.keys().next().value : undefined;
    if (eldest !== undefined) kept.delete(eldest);
    kept.set(sql, prepared);
    return prepared;
  }

  return {
    database,
    execute<R>(query: Query): QueryResult<R> {
      try {
        const { statement, isSilent } = kept.get(query.sql) ?? prepare(query);
        const values = query.parameters as readonly SQLInputValue[];
        if (!isSilent) return { rows: statement.all(...values) as R[] };
        return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) };
      } catch (error) {
        throw explain(error);
      }
    },
    run(text) {
      try {
        const statement = words.get(text) ?? database.prepare(text);
        words.set(text, statement);
        statement.run();
      } catch (error) {
        throw explain(error);
      }
    },
  };
}

const connectionTo = (session: Session): DatabaseConnection => ({
  executeQuery: async (query) => session.execute(query),
  // No query of ours is streamed; one chunk of all rows keeps the contract.
  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield session.execute<R>(query);
  },
});
