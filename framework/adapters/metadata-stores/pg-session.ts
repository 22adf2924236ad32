import type { CompiledQuery, QueryResult } from 'kysely';
import type { ClientBase, QueryResult as PgResult } from 'pg';
import type { UnreadQuery } from './compiled-query.ts';
import { isConnectionLost } from './postgres-error.ts';
import type { Mark, TransactionMarks } from './transaction-marks.ts';

/** A commit that was sent and never answered. */
interface Doubt {
  readonly mark: Mark;
  readonly error: unknown;
}

/** What one connection has under way. */
export interface PgSession {
  execute<R>(query: CompiledQuery): Promise<QueryResult<R>>;
  /** Sent together with the first statement. */
  begin(readOnly: boolean): void;
  /** A doubt when nobody knows whether it was done; done otherwise. @throws when it was not, or may be done again. */
  commit(): Promise<Doubt | undefined>;
  rollback(): Promise<void>;
  /** It must not be used again. */
  isBroken(): boolean;
}

interface Transaction {
  readonly readOnly: boolean;
  mark: Mark | undefined;
  /** What the first statement threw whose answer nobody waited for. */
  fault: unknown;
}

/** Statements kept prepared on the server, in the order in which they came. Inserts of many rows come in as many shapes as there are numbers of rows. */
const KEPT = 200;
const names = new Map<string, string>();

export function pgSession(client: ClientBase, marks: TransactionMarks): PgSession {
  let transaction: Transaction | undefined;
  let broken = false;

  /** Sends a statement of which only the failure matters, and not now. */
  function post(one: Transaction, sent: Promise<unknown>): void {
    sent.catch((error: unknown) => {
      one.fault ??= error;
    });
  }

  async function answer<T>(sent: Promise<T>): Promise<T> {
    const current = transaction;
    try {
      return await sent;
    } catch (error) {
      broken ||= isConnectionLost(error);
      // After a failure every later statement only says that there was one.
      throw current?.fault ?? error;
    }
  }

  return {
    async execute<R>(query: UnreadQuery) {
      const current = transaction;
      if (current && query.unread) {
        post(current, send(client, query));
        return { rows: [] };
      }
      if (current && !current.readOnly && !current.mark) {
        current.mark = marks.next(client);
        post(current, marks.set(client, current.mark));
      }
      return fromPg<R>(await answer(send(client, query)));
    },
    begin(readOnly) {
      transaction = { readOnly, mark: undefined, fault: undefined };
      post(transaction, client.query(readOnly ? 'begin read only' : 'begin'));
    },
    async commit() {
      const current = transaction;
      try {
        const { command } = await client.query('commit');
        if (command === 'ROLLBACK') throw current?.fault ?? new Error('Postgres rolled the transaction back.');
        transaction = undefined;
        return undefined;
      } catch (error) {
        const lost = isConnectionLost(error);
        broken ||= lost;
        if (current?.fault !== undefined && !isConnectionLost(current.fault)) throw current.fault;
        // Without a mark it was made of writes that may be done twice.
        if (lost && current?.mark) return { mark: current.mark, error };
        throw error;
      }
    },
    async rollback() {
      transaction = undefined;
      try {
        await client.query('rollback');
      } catch {
        // The connection goes, and with it the transaction: nothing is left to roll back, and why it failed is on its way to the caller.
        broken = true;
      }
    },
    isBroken: () => broken,
  };
}

function send(client: ClientBase, { sql: text, parameters }: CompiledQuery): Promise<PgResult> {
  if (parameters.length === 0) return client.query(text);
  const values = parameters.map(withoutNul);
  const name = nameOf(text);
  return client.query(name === undefined ? { text, values } : { name, text, values });
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= KEPT) return known;
  const name = `sluice_${names.size}`;
  names.set(text, name);
  return name;
}

/** A program may print a NUL, and Postgres has no text with one: the picture of it stands for it. */
const withoutNul = (value: unknown): unknown =>
  typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\u2400') : value;

const WRITES = new Set(['INSERT', 'UPDATE', 'DELETE']);

const fromPg = <R>({ command, rowCount, rows }: PgResult): QueryResult<R> => ({
  rows: rows as R[],
  ...(WRITES.has(command) ? { numAffectedRows: BigInt(rowCount ?? 0) } : {}),
});
