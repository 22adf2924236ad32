import type { MetadataStore, StepRunChange } from '../../components/metadata-store.ts';
import { withFirstAttempt } from '../../model/first-attempt.ts';
import type { AttemptRecord, Time } from '../../model/run.ts';
import type { Status } from '../../model/status.ts';
import { compiledWrite } from './compiled-query.ts';
import { inSlices } from './in-slices.ts';
import { fromJson, toJsonOrNull } from './json-column.ts';
import { insertParts } from './key-parts-row.ts';
import type { AttemptTable, Sql, SqlContext } from './metadata-schema.ts';
import { fromSegments, toSegments } from './segments-column.ts';
import { changeStepRun, fromStepRunRow, type JoinedStepRun, selectStepRuns, stepRunOf } from './step-run-row.ts';

const RECENT = 200;
const SUCCEEDED: readonly Status[] = ['succeeded'];

type StepRunQueries = Pick<
  MetadataStore,
  'stepRuns' | 'updateStepRun' | 'updateStepRuns' | 'startAttempt' | 'endAttempt' | 'attempts' | 'recentStepRuns'
>;

export const stepRunQueries = ({ db, transact }: SqlContext): StepRunQueries => ({
  stepRuns: (runId) => inSlices(selectStepRuns(db), runId, fromStepRunRow),

  async updateStepRun(id, change) {
    if (Object.keys(change).length === 0) return;
    const { parts } = change;
    if (parts === undefined) return changeStepRun(db, id, change);
    await transact((on) => applyChange(on, id, change));
  },

  updateStepRuns: (changes) =>
    transact(async (on) => {
      for (const { id, change } of changes) await applyChange(on, id, change);
    }),

  startAttempt(attempt, change) {
    if (!change) return putAttempt(db, attempt);
    return transact(async (on) => {
      await applyChange(on, attempt.stepRunId, change);
      await putAttempt(on, attempt);
    });
  },
  endAttempt: (attempt) => putAttempt(db, attempt),

  async attempts(stepRunId) {
    const rows = await db
      .selectFrom('attempt')
      .selectAll()
      .where('step_run_id', '=', stepRunId)
      .orderBy('attempt')
      .execute();
    const recorded = rows.map(fromAttemptRow);
    if (recorded[0]?.attempt === 1) return recorded;
    const [stepRun] = (await stepRunOf(db, { id: stepRunId })).rows;
    return stepRun ? withFirstAttempt(fromStepRunRow(stepRun), recorded) : recorded;
  },

  async recentStepRuns(step, { limit = RECENT, status = SUCCEEDED, pipeline, endedBy } = {}) {
    // One range of the index a status, merged here: no status makes the database walk through those of the others.
    const ranges = await Promise.all(
      [...new Set(status)].map((one) => recentOf(db, { step, status: one, pipeline, endedBy, limit })),
    );
    const newestFirst = ranges.flat().sort((a, b) => (b.ended_at ?? 0) - (a.ended_at ?? 0) || (a.id < b.id ? 1 : -1));
    return newestFirst.slice(0, limit).map(fromStepRunRow);
  },
});

/** How far back a pipeline is looked for among the runs of a step that others use too. */
const FURTHEST = 1000;

interface RecentOf {
  readonly step: string;
  readonly status: Status;
  readonly pipeline: string | undefined;
  readonly endedBy: Time | undefined;
  readonly limit: number;
}

/** Later than every end, and exact in both databases. */
const ANY_TIME = Number.MAX_SAFE_INTEGER;

async function recentOf(db: Sql, of: RecentOf): Promise<readonly JoinedStepRun[]> {
  const { step, status, pipeline, endedBy = ANY_TIME, limit } = of;
  const newest = selectStepRuns(db).orderBy('ended_at', 'desc').orderBy('step_run.id', 'desc').limit(limit);
  if (pipeline === undefined) {
    return newest.where('step', '=', step).where('status', '=', status).where('ended_at', '<=', endedBy).execute();
  }
  // Most steps are one pipeline's: then the latest ones are all there is to look at.
  const latest = await latestIn(db, { ...of, furthest: limit });
  const isEnough = latest.ids.length === limit || latest.areAll;
  const { ids } = isEnough ? latest : await latestIn(db, { ...of, furthest: FURTHEST });
  return ids.length === 0 ? [] : newest.where('step_run.id', 'in', ids).execute();
}

/**
 * Ids of the latest step runs that belong to a pipeline, and whether none lies further back. A query of its own, each run looked up by a subquery: as one statement with joins, where the database
 * does not know the limits, it prefers to go through all runs of the pipeline.
 */
async function latestIn(
  db: Sql,
  { step, status, pipeline, endedBy = ANY_TIME, limit, furthest }: RecentOf & { readonly furthest: number },
): Promise<{ readonly ids: readonly string[]; readonly areAll: boolean }> {
  const rows = await db
    .selectFrom('step_run')
    .select(['id', (by) => by.selectFrom('run').whereRef('run.id', '=', 'step_run.run_id').select('pipeline').as('of')])
    .where('step', '=', step)
    .where('status', '=', status)
    .where('ended_at', '<=', endedBy)
    .orderBy('ended_at', 'desc')
    .orderBy('id', 'desc')
    .limit(furthest)
    .execute();
  const here = rows.filter((row) => row.of === pipeline);
  return { ids: here.slice(0, limit).map(({ id }) => id), areAll: rows.length < furthest };
}

export const fromAttemptRow = (row: AttemptTable): AttemptRecord => ({
  stepRunId: row.step_run_id,
  attempt: row.attempt,
  status: row.status,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  error: fromJson(row.error),
  segments: fromSegments(row.segments),
  usage: fromJson(row.usage),
});

export async function applyChange(on: Sql, id: string, change: StepRunChange): Promise<void> {
  if (Object.keys(change).length === 0) return;
  if (change.parts) await insertParts(on, change.parts);
  await changeStepRun(on, id, change);
}

/** The row of one try: made by its start, overwritten by its end. */
export async function putAttempt(on: Sql, attempt: AttemptRecord): Promise<void> {
  await upsertAttempt(on, toAttemptRow(attempt));
}

export const toAttemptRow = (attempt: AttemptRecord): AttemptTable => ({
  step_run_id: attempt.stepRunId,
  attempt: attempt.attempt,
  status: attempt.status,
  started_at: attempt.startedAt,
  ended_at: attempt.endedAt,
  error: toJsonOrNull(attempt.error),
  segments: toSegments(attempt.segments),
  usage: toJsonOrNull(attempt.usage),
});

const upsertAttempt = compiledWrite<AttemptTable>((on, slot) => {
  const state = {
    status: slot('status'),
    started_at: slot('started_at'),
    ended_at: slot('ended_at'),
    error: slot('error'),
    segments: slot('segments'),
    usage: slot('usage'),
  };
  return on
    .insertInto('attempt')
    .values({ step_run_id: slot('step_run_id'), attempt: slot('attempt'), ...state })
    .onConflict((conflict) => conflict.columns(['step_run_id', 'attempt']).doUpdateSet(state));
});
