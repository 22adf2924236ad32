import type { CompiledQuery, QueryResult } from 'kysely';

/** The one connection of a database that answers within the call. */
export interface DirectConnection {
  /**
   * Does the query now. Undefined while that can't be: the database is not open yet, or somebody else's transaction is, whose changes nobody
   * may see. The query then goes the way of all others, and waits.
   *
   * @param inTransaction the caller's own transaction is open.
   */
  execute<R>(
    query: Pick<CompiledQuery<R>, 'sql' | 'parameters' | 'query'>,
    inTransaction: boolean,
  ): QueryResult<R> | undefined;
}

/** By the adapter of the dialect, which a database and its transactions share. */
const connections = new WeakMap<object, DirectConnection>();

/**
 * Lets `compiledQuery` go past Kysely's layers, which take four promises and 20 µs a statement: three times what SQLite takes for it.
 *
 * @param adapter the dialect's.
 */
export function setDirectConnection(adapter: object, connection: DirectConnection): void {
  connections.set(adapter, connection);
}

export const directConnection = (adapter: object): DirectConnection | undefined => connections.get(adapter);
