import { type SelectQueryBuilder, sql } from 'kysely';
import type { MetadataStore, RunFilter } from '../../components/metadata-store.ts';
import { inputError } from '../../errors.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import { contains } from './contains.ts';
import { insertRows } from './insert-rows.ts';
import type { MetadataSchema, RunTable, Sql, SqlContext } from './metadata-schema.ts';
import { decodeMark, toPage } from './page-mark.ts';
import { deleteCodeState } from './run-code-queries.ts';
import { changedRunColumns, fromRunRow, NO_DURATION, toRunRow } from './run-row.ts';
import { startsWith } from './starts-with.ts';
import { insertParts, toStepRunRow } from './step-run-row.ts';
import { sweepOrphans } from './sweep-orphans.ts';
import { unfinished } from './unfinished.ts';

const PAGE = 50;
const SHORTEST_PREFIX = 4;

type RunQueries = Pick<
  MetadataStore,
  'createRun' | 'updateRun' | 'findRun' | 'listRuns' | 'deleteRun' | 'requestCancel'
>;

export const runQueries = (context: SqlContext): RunQueries => {
  const { db } = context;
  return {
    createRun: (run, steps) =>
      db.transaction().execute(async (on) => {
        await on.insertInto('run').values(toRunRow(run)).execute();
        await insertTags(on, run);
        await insertSteps(on, steps);
      }),

    async updateRun(id, change) {
      if (Object.keys(change).length === 0) return;
      const { tags } = change;
      if (tags === undefined) return changeRun(db, id, change);
      await db.transaction().execute(async (on) => {
        await changeRun(on, id, change);
        await on.deleteFrom('run_tag').where('run_id', '=', id).execute();
        const run = await on.selectFrom('run').select(['id', 'created_at']).where('id', '=', id).executeTakeFirst();
        if (run) await insertTags(on, { id, createdAt: run.created_at, tags });
      });
    },

    async findRun(reference) {
      const row =
        (await runById(db, reference)) ??
        (reference === 'latest' ? await newest(db) : undefined) ??
        (await newest(db, reference)) ??
        (await byPrefix(db, reference));
      return row && fromRunRow(row);
    },

    async listRuns(filter = {}) {
      const limit = filter.limit ?? PAGE;
      const { by, direction } = SORTS[filter.sort ?? 'newest'];
      let ids = sorted(filtered(context, filter), filter).limit(limit + 1);
      if (filter.after !== undefined) {
        const { value, id } = decodeMark(filter.after);
        const compare = direction === 'asc' ? '>' : '<';
        ids = ids.where((eb) => eb(eb.refTuple(`run.${by}`, 'run.id'), compare, eb.tuple(value, id)));
      }
      // Two steps: the filters are answered from an index alone, and only the rows of the page are read.
      const found = (await ids.execute()).map(({ id }) => id);
      if (found.length === 0) return { items: [], next: null };
      const rows = await db
        .selectFrom('run')
        .selectAll()
        .where('id', 'in', found)
        .orderBy(by, direction)
        .orderBy('id', direction)
        .execute();
      return toPage(rows, limit, { item: fromRunRow, mark: (row) => ({ value: row[by], id: row.id }) });
    },

    deleteRun: (id) =>
      db.transaction().execute(async (on) => {
        const steps = on.selectFrom('step_run').select('id').where('run_id', '=', id);
        for (const table of ['attempt', 'log_line', 'tracked_value', 'tracked_metric'] as const) {
          await on.deleteFrom(table).where('step_run_id', 'in', steps).execute();
        }
        const gone = await on
          .selectFrom('step_run')
          .select(['id', 'origin', 'parts_id'])
          .where('run_id', '=', id)
          .execute();
        await on.deleteFrom('step_run').where('run_id', '=', id).execute();
        await on.deleteFrom('run_tag').where('run_id', '=', id).execute();
        await deleteCodeState(on, id);
        await on.deleteFrom('run').where('id', '=', id).execute();
        await sweepOrphans(on, gone);
      }),

    async requestCancel(id) {
      await db.updateTable('run').set({ cancel_requested: 1 }).where('id', '=', id).where(unfinished).execute();
    },
  };
};

/** Sets the columns of the fields that `change` has, and no others: a plan is not read and written for a new status. */
async function changeRun(on: Sql, id: string, change: Partial<RunRecord>): Promise<void> {
  const { endedAt, startedAt = null } = change;
  const duration =
    endedAt === null ? NO_DURATION : sql<number>`${endedAt} - coalesce(${startedAt}, started_at, created_at)`;
  const set = { ...changedRunColumns(change), ...(endedAt === undefined ? {} : { duration_ms: duration }) };
  await on.updateTable('run').set(set).where('id', '=', id).execute();
}

const SORTS = {
  newest: { by: 'created_at', direction: 'desc' },
  oldest: { by: 'created_at', direction: 'asc' },
  longest: { by: 'duration_ms', direction: 'desc' },
} as const;

export async function insertTags(on: Sql, run: Pick<RunRecord, 'id' | 'createdAt' | 'tags'>): Promise<void> {
  const rows = [...new Set(run.tags)].map((tag) => ({ tag, created_at: run.createdAt, run_id: run.id }));
  await insertRows(rows, (some) => on.insertInto('run_tag').values(some));
}

export async function insertSteps(on: Sql, steps: readonly StepRunRecord[]): Promise<void> {
  for (const { parts } of steps) await insertParts(on, parts);
  const rows = steps.map((step, position) => ({ ...toStepRunRow(step), position }));
  await insertRows(rows, (some) => on.insertInto('step_run').values(some));
}

export const runById = (db: Sql, id: string): Promise<RunTable | undefined> =>
  db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst();

function newest(db: Sql, name?: string): Promise<RunTable | undefined> {
  const runs = db.selectFrom('run').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc').limit(1);
  return (name === undefined ? runs : runs.where('name', '=', name)).executeTakeFirst();
}

/** @throws ERR_INPUT when several begin so. */
async function byPrefix(db: Sql, prefix: string): Promise<RunTable | undefined> {
  if (prefix.length < SHORTEST_PREFIX) return undefined;
  const [row, ...others] = await db
    .selectFrom('run')
    .selectAll()
    .where(startsWith('id', prefix))
    .limit(SHORTEST_PREFIX)
    .execute();
  if (others.length === 0) return row;
  throw inputError(
    `${prefix} is the beginning of more than one run: ${[row, ...others].map((one) => one?.id).join(', ')}.`,
    'Give more of the id.',
  );
}

type IdQuery = SelectQueryBuilder<MetadataSchema, 'run', { id: string }>;

/** Ids of the runs that a filter leaves, in no order. */
function filtered({ db, capabilities }: SqlContext, filter: RunFilter): IdQuery {
  let runs = db.selectFrom('run').select('run.id');
  const { search, status, since, until } = filter;
  if (filter.pipeline !== undefined) runs = runs.where('run.pipeline', '=', filter.pipeline);
  if (filter.stack !== undefined) runs = runs.where('run.stack', '=', filter.stack);
  if (status?.length) runs = runs.where('run.status', 'in', [...status]);
  if (since !== undefined) runs = runs.where('run.created_at', '>=', since);
  if (until !== undefined) runs = runs.where('run.created_at', '<', until);
  if (search !== undefined) {
    runs = runs.where((eb) => eb.or([contains('run.name', search, capabilities), startsWith('run.id', search)]));
  }
  return runs;
}

/** In the order of the list, from the index that has this order. */
function sorted(ids: IdQuery, filter: RunFilter): IdQuery {
  const { by, direction } = SORTS[filter.sort ?? 'newest'];
  const { tag } = filter;
  if (tag === undefined) return ids.orderBy(`run.${by}`, direction).orderBy('run.id', direction);
  const tagged = ids.innerJoin('run_tag', 'run_tag.run_id', 'run.id').where('run_tag.tag', '=', tag);
  // A tag's runs lie in order of creation; any other order has to be made.
  return by === 'created_at'
    ? tagged.orderBy('run_tag.created_at', direction).orderBy('run_tag.run_id', direction)
    : tagged.orderBy(`run.${by}`, direction).orderBy('run.id', direction);
}
