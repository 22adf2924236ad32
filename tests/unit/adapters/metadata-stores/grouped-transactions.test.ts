import { DatabaseSync } from 'node:sqlite';
import { Kysely, sql } from 'kysely';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  groupedTransactions,
  type Transact,
} from '../../../../framework/adapters/metadata-stores/grouped-transactions.ts';
import type { MetadataSchema } from '../../../../framework/adapters/metadata-stores/metadata-schema.ts';
import { nodeSqliteDialect } from '../../../../framework/adapters/metadata-stores/node-sqlite-dialect.ts';

let database: DatabaseSync;
let transact: Transact;

beforeEach(() => {
  database = new DatabaseSync(':memory:');
  database.exec('create table done (name text primary key)');
  const db = new Kysely<MetadataSchema>({
    dialect: nodeSqliteDialect({ open: async () => database, explain: (error) => error }),
  });
  onTestFinished(() => db.destroy());
  transact = groupedTransactions(db);
});

const names = (): string[] =>
  database
    .prepare('select name from done order by rowid')
    .all()
    .map(({ name }) => String(name));

const put = (name: string): Promise<string> =>
  transact(async (on) => {
    await sql`insert into done (name) values (${name})`.execute(on);
    return name;
  });

describe('transactions that are asked for at the same time', () => {
  it('are done in the order of asking, and each caller hears of its own', async () => {
    expect(await Promise.all(['b', 'a', 'c'].map(put))).toEqual(['b', 'a', 'c']);
    expect(names()).toEqual(['b', 'a', 'c']);
  });

  it('are one transaction', async () => {
    const seen: boolean[] = [];
    const look = (): Promise<void> =>
      transact(async (on) => {
        seen.push(on.isTransaction && database.isTransaction);
      });
    // What the first has written is rolled back with the second, and so both are done again by themselves.
    const fails = transact(async (on) => {
      await sql`insert into done (name) values ('half')`.execute(on);
      throw new Error('no');
    });
    const answers = await Promise.allSettled([put('a'), fails, look(), put('b')]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(names()).toEqual(['a', 'b']);
    expect(seen).toEqual([true]);
  });

  it('take nothing along when one of them fails in the database', async () => {
    await put('a');
    const answers = await Promise.allSettled([put('b'), put('a'), put('c')]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(database.isTransaction).toBe(false);
  });

  it('all fail when none can begin, each with the reason', async () => {
    database.exec('begin');
    const answers = await Promise.allSettled([put('a'), put('b')]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    database.exec('rollback');
    expect([await put('c'), names()]).toEqual(['c', ['c']]);
  });

  it('are all done, however many', async () => {
    const many = Array.from({ length: 450 }, (_, i) => String(i));
    await Promise.all(many.map(put));
    expect(names()).toEqual(many);
  });
});
