import type { Sql } from './metadata-schema.ts';
import { nextTurn } from './next-turn.ts';

/** Rows of one statement: some ten milliseconds of the only writer that SQLite has. */
const PART = 2000;

/**
 * Deletes what may be very long of a run's record, its log lines and metric points, part by part. In one transaction a million of them would keep other
 * writers of SQLite out for longer than they wait, and this thread from everything else.
 */
export async function deleteInParts(db: Sql, runId: string): Promise<void> {
  await repeated(() =>
    db
      .deleteFrom('log_line')
      .where(({ eb, refTuple, selectFrom }) =>
        eb(
          refTuple('step_run_id', 'seq'),
          'in',
          selectFrom('log_line')
            .select(['step_run_id', 'seq'])
            .where('run_id', '=', runId)
            .limit(PART)
            .$asTuple('step_run_id', 'seq'),
        ),
      )
      .executeTakeFirst(),
  );
  await repeated(() =>
    db
      .deleteFrom('tracked_metric')
      .where(({ eb, refTuple, selectFrom }) =>
        eb(
          refTuple('step_run_id', 'seq'),
          'in',
          selectFrom('tracked_metric')
            .select(['step_run_id', 'seq'])
            .where('step_run_id', 'in', selectFrom('step_run').select('id').where('run_id', '=', runId))
            .limit(PART)
            .$asTuple('step_run_id', 'seq'),
        ),
      )
      .executeTakeFirst(),
  );
}

async function repeated(deletePart: () => Promise<{ readonly numDeletedRows: bigint }>): Promise<void> {
  for (;;) {
    const { numDeletedRows } = await deletePart();
    if (numDeletedRows < PART) return;
    await nextTurn();
  }
}
