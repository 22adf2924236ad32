import type { Compilable, CompiledQuery, QueryResult } from 'kysely';
import { directConnection } from './direct-connection.ts';
import type { Sql } from './metadata-schema.ts';

/** Stands for a value in a query that is built before its values are known. */
class Slot {
  constructor(readonly name: PropertyKey) {}
}

/** Gives the stand-in for the value of that name. */
export type SlotOf<V> = <K extends keyof V>(name: K) => V[K];

/** A write of which nobody reads anything back, and which may be done twice: inside a transaction, a driver may send it and go on. */
export interface UnreadQuery<R = unknown> extends CompiledQuery<R> {
  readonly unread?: true;
}

/**
 * A query that every step runs through: built and compiled by Kysely once a database (50-100 µs), run with new values ever after, and where
 * the database is at hand (`directConnection`) at once.
 *
 * @example
 * const entry = compiledQuery((on, slot: SlotOf<{ key: string }>) => on.selectFrom('cache_entry').selectAll().where('key', '=', slot('key')));
 * const { rows } = await entry(db, { key });
 */
export function compiledQuery<V extends object, R>(
  build: (on: Sql, slot: SlotOf<V>) => Compilable<R>,
): (on: Sql, values: V) => Promise<QueryResult<R>> {
  return compiled(build, {});
}

/** The same for an `UnreadQuery`: in a database behind a network it costs no round trip of its own. */
export function compiledWrite<V extends object>(
  build: (on: Sql, slot: SlotOf<V>) => Compilable<unknown>,
): (on: Sql, values: V) => Promise<void> {
  const write = compiled(build, { unread: true });
  return async (on, values) => {
    await write(on, values);
  };
}

function compiled<V extends object, R>(
  build: (on: Sql, slot: SlotOf<V>) => Compilable<R>,
  more: Pick<UnreadQuery, 'unread'>,
): (on: Sql, values: V) => Promise<QueryResult<R>> {
  // By adapter, which a database and its transactions share: the text differs from dialect to dialect.
  const queries = new WeakMap<object, UnreadQuery<R>>();
  return async (on, values) => {
    const { adapter } = on.getExecutor();
    let query = queries.get(adapter);
    if (!query) {
      query = { ...build(on, <K extends keyof V>(name: K) => new Slot(name) as unknown as V[K]).compile(), ...more };
      queries.set(adapter, query);
    }
    const parameters = query.parameters.map((one) => (one instanceof Slot ? values[one.name as keyof V] : one));
    const bound = { ...query, parameters };
    return directConnection(adapter)?.execute<R>(bound, on.isTransaction) ?? on.executeQuery(bound);
  };
}
