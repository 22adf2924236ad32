import { sql } from 'kysely';
import type { Migration } from '../migrations.ts';

/** How many runs each pipeline has in each state is counted in this index, in the order of the groups; on the table it takes a sort of all runs. */
export const addRunTally: Migration = async (db) => {
  // Of an expression that only the count uses: by the column itself, the planner would take it for lists, and sort what `run_newest` has in order.
  await sql`create index run_tally on run ((pipeline || ''), status, created_at, id)`.execute(db);
};
