import type { SelectQueryBuilder } from 'kysely';
import type { MetadataSchema } from './metadata-schema.ts';
import { nextTurn } from './next-turn.ts';

/** Steps read at once: SQLite gives them out within one turn of the event loop, and a run may have ten thousand. */
const SLICE = 500;

/** Where a step run is among those of its run. */
interface StepPlace {
  readonly position: number;
  readonly id: string;
}

/**
 * All step runs of a run in the order of the plan, read slice by slice, so that whoever else waits has a turn in between. Each is of one moment; those of
 * different slices may be of different ones.
 *
 * @param steps a query of step runs, its columns `position` and `id` among them.
 */
export async function inSlices<R extends StepPlace, T>(
  steps: SelectQueryBuilder<MetadataSchema, 'step_run', R>,
  runId: string,
  fromRow: (row: R) => T,
): Promise<readonly T[]> {
  const ofRun = steps
    .where('step_run.run_id', '=', runId)
    .orderBy('step_run.position')
    .orderBy('step_run.id')
    .limit(SLICE);
  const items: T[] = [];
  for (let query = ofRun; ; await nextTurn()) {
    const rows = (await query.execute()) as readonly R[];
    items.push(...rows.map(fromRow));
    const last = rows.at(-1);
    if (!last || rows.length < SLICE) return items;
    query = ofRun.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('step_run.position', 'step_run.id'), '>', tuple(last.position, last.id)),
    );
  }
}
