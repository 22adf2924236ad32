import { type RawBuilder, sql } from 'kysely';
import type { Sql } from './metadata-schema.ts';
import { nextTurn } from './next-turn.ts';

/** Rows of one statement: some ten milliseconds of the only writer that SQLite has. */
const PART = 2000;

/**
 * Deletes what may be very long of a run's record, its log lines and metric points, part by part. In one transaction a million of them would keep other
 * writers of SQLite out for longer than they wait, and this thread from everything else.
 */
export async function deleteInParts(db: Sql, runId: string): Promise<void> {
  await deleteAll(db, 'log_line', sql`run_id = ${runId}`);
  await deleteAll(db, 'tracked_metric', sql`step_run_id in (select id from step_run where run_id = ${runId})`);
}

async function deleteAll(db: Sql, table: 'log_line' | 'tracked_metric', isOfRun: RawBuilder<boolean>): Promise<void> {
  const key = sql.raw('step_run_id, seq');
  const part = sql`select ${key} from ${sql.table(table)} where ${isOfRun} limit ${PART}`;
  const deletion = db.deleteFrom(table).where(sql<boolean>`(${key}) in (${part})`);
  for (;;) {
    const { numDeletedRows } = await deletion.executeTakeFirst();
    if (numDeletedRows < PART) return;
    await nextTurn();
  }
}
