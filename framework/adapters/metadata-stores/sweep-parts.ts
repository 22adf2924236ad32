import { sql } from 'kysely';
import type { Sql, SqlCapabilities } from './metadata-schema.ts';

/** Removes the lists of key parts that no step run, no cache entry and no other list points to: all are looked through, which is worth it now and then. */
export async function sweepParts(on: Sql, { oneWriter }: Pick<SqlCapabilities, 'oneWriter'>): Promise<void> {
  // A transaction that has found its list in place, and is about to point to it, must end before we look; others then put theirs in anew.
  if (!oneWriter) await sql`lock table ${sql.table('key_parts')} in share row exclusive mode`.execute(on);
  const pointedTo = on
    .selectFrom('step_run')
    .select((row) => row.ref('parts_id').$notNull().as('id'))
    .where('parts_id', 'is not', null)
    .union(on.selectFrom('cache_entry').select('parts_id as id'))
    // Also of lists that go now: what only they went on is found the next time.
    .union(
      on
        .selectFrom('key_parts')
        .select((row) => row.ref('base_id').$notNull().as('id'))
        .where('base_id', 'is not', null),
    );
  // From one table of all that is pointed to: `a except b union c` is (a except b) union c.
  await on
    .deleteFrom('key_parts')
    .where('id', 'in', ({ selectFrom }) =>
      selectFrom('key_parts')
        .select('id')
        .except(selectFrom(pointedTo.as('pointed')).select('id')),
    )
    .execute();
}
