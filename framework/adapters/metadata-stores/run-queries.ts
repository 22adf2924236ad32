import { sql } from 'kysely';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { inputError } from '../../errors.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import { compiledWrite } from './compiled-query.ts';
import { deleteInParts } from './delete-in-parts.ts';
import { insertRows } from './insert-rows.ts';
import { insertParts } from './key-parts-row.ts';
import type { RunTable, Sql, SqlContext, StepRunTable } from './metadata-schema.ts';
import { deleteCodeState } from './run-code-queries.ts';
import { pageOfRuns } from './run-filter-queries.ts';
import { CANCEL_NOW, changedRunColumns, fromRunRow, NO_DURATION, toRunRow } from './run-row.ts';
import { deleteRunValues, insertRunParams, takeOverMetrics } from './run-value-queries.ts';
import { startsWith } from './starts-with.ts';
import { toStepRunRow } from './step-run-row.ts';
import { sweepOrphans } from './sweep-orphans.ts';
import { unfinished } from './unfinished.ts';

const SHORTEST_PREFIX = 4;

type RunQueries = Pick<
  MetadataStore,
  'createRun' | 'addStepRuns' | 'updateRun' | 'findRun' | 'listRuns' | 'deleteRun' | 'requestCancel'
>;

export const runQueries = (context: SqlContext): RunQueries => {
  const { db } = context;
  return {
    createRun: (run, steps) =>
      db.transaction().execute(async (on) => {
        await on.insertInto('run').values(toRunRow(run)).execute();
        await insertTags(on, run);
        await insertRunParams(on, run);
        await insertSteps(on, steps);
      }),

    addStepRuns: (steps, position) => db.transaction().execute((on) => insertSteps(on, steps, position)),

    async updateRun(id, change) {
      if (Object.keys(change).length === 0) return;
      const { tags, endedAt = null } = change;
      if (tags === undefined && endedAt === null) return changeRun(db, id, change);
      await db.transaction().execute(async (on) => {
        await changeRun(on, id, change);
        if (endedAt !== null) await takeOverMetrics(on, id);
        if (tags === undefined) return;
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
      const { ids, next } = await pageOfRuns(context, filter);
      if (ids.length === 0) return { items: [], next };
      const rows = await db.selectFrom('run').selectAll().where('id', 'in', ids).execute();
      const byId = new Map(rows.map((row) => [row.id, row]));
      return { items: ids.flatMap((id) => byId.get(id) ?? []).map(fromRunRow), next };
    },

    async deleteRun(id) {
      await deleteInParts(db, id);
      await db.transaction().execute(async (on) => {
        const steps = on.selectFrom('step_run').select('id').where('run_id', '=', id);
        for (const table of ['attempt', 'log_line', 'tracked_value', 'tracked_metric'] as const) {
          await on.deleteFrom(table).where('step_run_id', 'in', steps).execute();
        }
        const gone = await on.selectFrom('step_run').select(['id', 'origin']).where('run_id', '=', id).execute();
        await on.deleteFrom('step_run').where('run_id', '=', id).execute();
        await on.deleteFrom('run_tag').where('run_id', '=', id).execute();
        await deleteRunValues(on, id);
        await deleteCodeState(on, id);
        await on.deleteFrom('run').where('id', '=', id).execute();
        await sweepOrphans(on, gone, context.capabilities.serverClock ?? context.now());
      });
    },

    async requestCancel(id, how = 'graceful') {
      const wish = how === 'now' ? CANCEL_NOW : 1;
      await db
        .updateTable('run')
        .set({ cancel_requested: wish })
        .where('id', '=', id)
        .where('cancel_requested', '<', wish)
        .where(unfinished)
        .execute();
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

export async function insertTags(on: Sql, run: Pick<RunRecord, 'id' | 'createdAt' | 'tags'>): Promise<void> {
  const rows = [...new Set(run.tags)].map((tag) => ({ tag, created_at: run.createdAt, run_id: run.id }));
  await insertRows(rows, (some) => on.insertInto('run_tag').values(some));
}

/** @param first position of the first one in its run. */
export async function insertSteps(on: Sql, steps: readonly StepRunRecord[], first = 0): Promise<void> {
  for (const [i, step] of steps.entries()) {
    await insertParts(on, step.parts);
    await insertStepRow(on, { ...toStepRunRow(step), position: first + i });
  }
}

/** A row at a time: to compile a statement of a hundred rows takes three times as long as a prepared one does for them. */
const insertStepRow = compiledWrite<StepRunTable>((on, slot) =>
  on.insertInto('step_run').values({
    id: slot('id'),
    run_id: slot('run_id'),
    position: slot('position'),
    node: slot('node'),
    step: slot('step'),
    status: slot('status'),
    key: slot('key'),
    parts_id: slot('parts_id'),
    origin: slot('origin'),
    reason: slot('reason'),
    attempts: slot('attempts'),
    started_at: slot('started_at'),
    ended_at: slot('ended_at'),
    output: slot('output'),
    error: slot('error'),
    segments: slot('segments'),
    usage: slot('usage'),
    hook_failures: slot('hook_failures'),
  }),
);

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
