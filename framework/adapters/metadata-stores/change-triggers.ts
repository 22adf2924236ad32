import { sql } from 'kysely';
import type { Sql } from './metadata-schema.ts';

/** Channels carry the name of the schema, because those of all schemas of a database are one. */
export const keyChannel = (schema: string): string => `${schema}.keys`;
export const runChannel = (schema: string): string => `${schema}.runs`;

/** The run that a row of these tables belongs to. `<run id>/<node id>` is the id of a step run. */
const RUN_OF = { run: 'id', step_run: 'run_id', other: "split_part(step_run_id, '/', 1)" } as const;

/**
 * Has Postgres say by itself what changes: the key of a claim that is given back, the ids of runs. In the transaction that writes, so
 * it costs no round trip and is told after the commit, equal notices of one transaction once.
 */
export async function createChangeTriggers(on: Sql): Promise<void> {
  await sql`
    create function tell_key() returns trigger language plpgsql as $$
    begin
      perform pg_notify(tg_table_schema || '.keys', new.key);
      return null;
    end $$`.execute(on);
  await sql`
    create trigger tell_key after update on claim
    for each row when (new.expires_at = 0 and old.expires_at <> 0) execute function tell_key()`.execute(on);

  for (const [name, run] of Object.entries(RUN_OF)) await createTellRuns(on, name, run);
  await tellRuns(on, 'run', ['insert', 'update', 'delete'], 'run');
  await tellRuns(on, 'step_run', ['update'], 'step_run');
  for (const table of ['attempt', 'tracked_value'] as const) await tellRuns(on, table, ['insert', 'update'], 'other');
  for (const table of ['log_line', 'tracked_metric'] as const) await tellRuns(on, table, ['insert'], 'other');
}

async function createTellRuns(on: Sql, name: string, run: string): Promise<void> {
  await sql`
    create function ${sql.ref(`tell_runs_${name}`)}() returns trigger language plpgsql as $$
    begin
      perform pg_notify(tg_table_schema || '.runs', one.run) from (select distinct ${sql.raw(run)} as run from changed) as one;
      return null;
    end $$`.execute(on);
}

/** A claim that is given back is deleted. */
export async function tellDeletedClaims(on: Sql): Promise<void> {
  await sql`drop trigger tell_key on claim`.execute(on);
  await sql`
    create or replace function tell_key() returns trigger language plpgsql as $$
    begin
      perform pg_notify(tg_table_schema || '.keys', old.key);
      return null;
    end $$`.execute(on);
  await sql`create trigger tell_key after delete on claim for each row execute function tell_key()`.execute(on);
}

/** One call a statement, however many rows; each kind of write has a trigger of its own because each names its rows otherwise. */
async function tellRuns(
  on: Sql,
  table: string,
  writes: readonly ('insert' | 'update' | 'delete')[],
  by: keyof typeof RUN_OF,
): Promise<void> {
  for (const write of writes) {
    const rows = sql.raw(write === 'delete' ? 'old table' : 'new table');
    await sql`
      create trigger ${sql.ref(`tell_${write}`)} after ${sql.raw(write)} on ${sql.table(table)}
      referencing ${rows} as changed
      for each statement execute function ${sql.ref(`tell_runs_${by}`)}()`.execute(on);
  }
}
