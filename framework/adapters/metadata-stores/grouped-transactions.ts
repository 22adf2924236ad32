import type { Kysely, Transaction } from 'kysely';
import type { MetadataSchema } from './metadata-schema.ts';

/** Runs `work` in a transaction. It may be run again, in another one, when it or a neighbour fails: all it does must be on `on`. */
export type Transact = <R>(work: (on: Transaction<MetadataSchema>) => Promise<R>) => Promise<R>;

interface Member {
  readonly work: (on: Transaction<MetadataSchema>) => Promise<unknown>;
  readonly done: (result: unknown) => void;
  readonly failed: (error: unknown) => void;
}

/** So many that a commit costs each of them little, and so few that other processes get their turn within some 20 ms. */
const MOST = 200;

/**
 * All that is asked for in one turn of the event loop is one transaction, in the order of asking: for a database with one writer at a time, where
 * the ends of ten steps and the beginnings of the next ten would only stand in line, each with a commit of its own (some 80 µs).
 *
 * Each caller hears of its own work, after the commit. One that fails takes nothing along: the group is rolled back, and done again one by one.
 */
export function groupedTransactions(db: Kysely<MetadataSchema>): Transact {
  let waiting: Member[] = [];
  let isUnderWay = false;

  async function doAll(): Promise<void> {
    const group = waiting.slice(0, MOST);
    waiting = waiting.slice(MOST);
    await doGroup(db, group);
    if (waiting.length > 0) setImmediate(doAll);
    else isUnderWay = false;
  }

  return <R>(work: (on: Transaction<MetadataSchema>) => Promise<R>) =>
    new Promise<R>((done, failed) => {
      waiting.push({ work, done: done as (result: unknown) => void, failed });
      if (isUnderWay) return;
      isUnderWay = true;
      setImmediate(doAll);
    });
}

/** Never throws: every member is told. */
async function doGroup(db: Kysely<MetadataSchema>, group: readonly Member[]): Promise<void> {
  let hasBegun = false;
  try {
    const results = await db.transaction().execute(async (on) => {
      hasBegun = true;
      const all: unknown[] = [];
      for (const { work } of group) all.push(await work(on));
      return all;
    });
    for (const [i, { done }] of group.entries()) done(results[i]);
  } catch (error) {
    // One that had no neighbours has had its own transaction; and when none could begin, none will a moment later.
    if (group.length === 1 || !hasBegun) for (const { failed } of group) failed(error);
    else for (const { work, done, failed } of group) await db.transaction().execute(work).then(done, failed);
  }
}
