import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';

/** Written by a transaction into the row of its connection: there after a commit, and not otherwise. */
export interface Mark {
  readonly connection: string;
  readonly number: number;
}

/** Lets who lost the connection during a commit find out whether it was done. */
export interface TransactionMarks {
  next(client: ClientBase): Mark;
  /** Sets it on that connection, inside the transaction. */
  set(client: ClientBase, mark: Mark): Promise<unknown>;
  /** Whether that transaction was committed; waits for one that the server has not given up yet. */
  happened(mark: Mark): Promise<boolean>;
}

/** One short row a connection, updated in place, and no round trip because nobody waits for the answer. */
export const MARK_TABLE = 'transaction_mark';

const SET = `insert into ${MARK_TABLE} (connection, number) values ($1, $2)
  on conflict (connection) do update set number = excluded.number`;
/** Changes nothing, but waits for the row, or for its insertion, like any writer: what it gives back is decided. */
const ASK = `insert into ${MARK_TABLE} (connection, number) values ($1, 0)
  on conflict (connection) do update set number = ${MARK_TABLE}.number returning number`;

/** @param ask runs something on a new connection, again and again while the server can't be reached. */
export function transactionMarks(
  ask: <T>(question: (client: ClientBase) => Promise<T>) => Promise<T>,
): TransactionMarks {
  const last = new WeakMap<ClientBase, Mark>();
  return {
    next(client) {
      const { connection, number } = last.get(client) ?? { connection: randomUUID(), number: 0 };
      const mark = { connection, number: number + 1 };
      last.set(client, mark);
      return mark;
    },
    set: (client, { connection, number }) =>
      client.query({ name: 'sluice_mark', text: SET, values: [connection, number] }),
    happened: ({ connection, number }) =>
      ask(async (client) => {
        const { rows } = await client.query<{ number: number }>(ASK, [connection]);
        return rows[0]?.number === number;
      }),
  };
}
