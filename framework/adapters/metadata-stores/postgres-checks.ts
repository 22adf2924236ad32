import { sql } from 'kysely';
import type { ComponentCheck } from '../../components/component-check.ts';
import type { Sql } from './metadata-schema.ts';
import type { PostgresPlace } from './postgres-error.ts';

/** The first with all that is used: gen_random_uuid apart, statement triggers and their row sets, and it is still mended. */
const LEAST_VERSION = 13;
/** Times of runs come from this machine: more than this between it and the server makes a list of runs read wrong. */
const SKEW_MS = 10_000;
const LATENCY_TRIES = 5;

/** Undefined when the server is new enough. */
export async function tooOld(db: Sql): Promise<string | undefined> {
  const { major, version } = await serverVersion(db);
  return major >= LEAST_VERSION
    ? undefined
    : `it is PostgreSQL ${version}, and ${LEAST_VERSION} is the oldest that will do`;
}

async function serverVersion(db: Sql): Promise<{ readonly major: number; readonly version: string }> {
  const { rows } = await sql<{ version: string }>`select current_setting('server_version') as version`.execute(db);
  const version = rows[0]?.version ?? '';
  return { major: Number.parseInt(version, 10), version };
}

/** @param migrate makes the schema and its tables. */
export function postgresChecks(
  db: Sql,
  { schema, user, database }: PostgresPlace,
  migrate: () => Promise<void>,
): readonly ComponentCheck[] {
  return [
    {
      check: 'version',
      hint: `Use PostgreSQL ${LEAST_VERSION} or newer.`,
      async run() {
        const problem = await tooOld(db);
        if (problem) throw new Error(problem);
        return `PostgreSQL ${(await serverVersion(db)).version}`;
      },
    },
    {
      check: 'schema',
      hint: `Run sluice stack doctor --fix, or have the owner of database ${database} run: create schema "${schema}" authorization "${user}";`,
      async run() {
        if (!(await hasSchema(db, schema))) throw new Error(`database ${database} has no schema ${schema}`);
        return schema;
      },
      async fix() {
        await migrate();
        return `schema ${schema} and its tables are there`;
      },
    },
    {
      check: 'rights',
      hint: `Have the owner of database ${database} run: grant all on schema "${schema}" to "${user}"; grant all on all tables in schema "${schema}" to "${user}";`,
      run: () => tryRights(db),
    },
    {
      check: 'clock',
      hint: 'Set the clock of this machine and of the server (NTP). Leases go by the server alone; times of runs do not.',
      async run() {
        const skew = await clockSkew(db);
        const words = `the server is ${Math.abs(Math.round(skew))} ms ${skew < 0 ? 'behind' : 'ahead'}`;
        if (Math.abs(skew) > SKEW_MS) throw new Error(words);
        return words;
      },
    },
    { check: 'latency', hint: 'Use a server nearer by.', run: () => latency(db) },
  ];
}

async function hasSchema(db: Sql, schema: string): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(db);
  return rows.length > 0;
}

/** Everything in one transaction that is rolled back: it leaves nothing, also when it fails half-way. */
async function tryRights(db: Sql): Promise<string> {
  const undo = new Error('done');
  try {
    await db.transaction().execute(async (on) => {
      await sql`create table sluice_doctor (id integer)`.execute(on);
      await sql`insert into sluice_doctor values (1)`.execute(on);
      await sql`delete from sluice_doctor where id = 1`.execute(on);
      await sql`insert into executor (id, host, pid, started_at, seen_at) values ('doctor', '', 0, 0, 0)`.execute(on);
      await sql`delete from executor where id = 'doctor'`.execute(on);
      throw undo;
    });
  } catch (error) {
    if (error !== undo) throw error;
  }
  return 'creates tables, writes, reads and deletes';
}

/** Milliseconds that the server's clock is ahead of ours, by the quickest of a few answers. */
async function clockSkew(db: Sql): Promise<number> {
  let best = { ms: Number.POSITIVE_INFINITY, skew: 0 };
  for (let i = 0; i < LATENCY_TRIES; i++) {
    const start = Date.now();
    const { rows } = await sql<{
      ms: number;
    }>`select extract(epoch from clock_timestamp())::float8 * 1000 as ms`.execute(db);
    const ms = Date.now() - start;
    if (ms < best.ms) best = { ms, skew: (rows[0]?.ms ?? 0) - (start + ms / 2) };
  }
  return best.skew;
}

async function latency(db: Sql): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < LATENCY_TRIES; i++) {
    const start = performance.now();
    await sql`select 1`.execute(db);
    times.push(performance.now() - start);
  }
  const median = times.sort((a, b) => a - b)[LATENCY_TRIES >> 1] ?? 0;
  return `${median.toFixed(1)} ms there and back`;
}
