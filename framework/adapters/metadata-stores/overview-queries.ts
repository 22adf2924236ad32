import type { MetadataReads, RunOverview, StepOverview } from '../../components/metadata-reads.ts';
import type { CacheKey } from '../../model/key-part.ts';
import type { Status } from '../../model/status.ts';
import { inSlices } from './in-slices.ts';
import { fromJson } from './json-column.ts';
import type { RunTable, Sql, SqlContext, StepRunTable } from './metadata-schema.ts';
import { countRuns, pageOfRuns } from './run-filter-queries.ts';
import { fromRunRow } from './run-row.ts';
import { fromSegments } from './segments-column.ts';
import { fromStepRunRow, stepRunOf } from './step-run-row.ts';

type OverviewQueries = Pick<
  MetadataReads,
  | 'overviewRuns'
  | 'overviewRun'
  | 'resumesOf'
  | 'countRuns'
  | 'overviewSteps'
  | 'overviewStepRuns'
  | 'stepRun'
  | 'stepRunsOf'
>;

const NONE = 'null';

export const overviewQueries = (context: SqlContext): OverviewQueries => {
  const { db } = context;
  return {
    async overviewRuns(filter = {}) {
      const { ids, next } = await pageOfRuns(context, filter);
      return { items: await overviews(db, ids), next };
    },

    overviewRun: async (id) => (await overviews(db, [id]))[0],

    async resumesOf(id, limit) {
      const rows = await db
        .selectFrom('run')
        .select('id')
        .where('resumed_from', '=', id)
        .orderBy('created_at', 'desc')
        .limit(limit)
        .execute();
      return overviews(
        db,
        rows.map((row) => row.id),
      );
    },

    countRuns: (filter, most) => countRuns(context, filter, most),

    overviewSteps: (runId) => inSlices(leanSteps(db), runId, fromLeanRow),

    async overviewStepRuns(ids) {
      if (ids.length === 0) return [];
      const rows = await leanSteps(db)
        .where('step_run.id', 'in', [...ids])
        .execute();
      return rows.map(fromLeanRow);
    },

    async stepRun(id) {
      const [row] = (await stepRunOf(db, { id })).rows;
      return row && fromStepRunRow(row);
    },

    async stepRunsOf(origins, limit) {
      if (origins.length === 0) return [];
      const rows = await leanSteps(db)
        .where('step_run.origin', 'in', [...origins])
        .orderBy('step_run.ended_at', 'desc')
        .orderBy('step_run.id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(fromLeanRow);
    },
  };
};

/** Everything but what is long: a plan may have ten thousand nodes. */
const RUN_COLUMNS = [
  'id',
  'name',
  'pipeline',
  'status',
  'stack',
  'created_at',
  'started_at',
  'ended_at',
  'duration_ms',
  'executor',
  'cancel_requested',
  'mode',
  'resumed_from',
  'source',
  'tags',
  'error',
  'notes',
  'environment',
  'git',
  'hook_failures',
] as const satisfies readonly (keyof RunTable)[];

/** In the order of `ids`. */
async function overviews(db: Sql, ids: readonly string[]): Promise<readonly RunOverview[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('run')
    .select([...RUN_COLUMNS])
    .where('id', 'in', [...ids])
    .execute();
  const states = await db
    .selectFrom('step_run')
    .select(['run_id', 'status'])
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .where('run_id', 'in', [...ids])
    .groupBy(['run_id', 'status'])
    .execute();
  const figures = await db
    .selectFrom('run_metric')
    .select(['run_id', 'name', 'number'])
    .where('run_id', 'in', [...ids])
    .orderBy('name')
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  const counts = grouped(states, ({ status, count }) => [status, Number(count)] as const);
  const metrics = grouped(figures, ({ name, number }) => [name, number ?? Number.NaN] as const);
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (!row) return [];
    const { params: _, plan: __, result: ___, ...run } = fromRunRow({ ...row, params: NONE, plan: NONE, result: NONE });
    return [
      {
        ...run,
        counts: Object.fromEntries(counts.get(id) ?? []) as Partial<Record<Status, number>>,
        metrics: Object.fromEntries(metrics.get(id) ?? []),
      },
    ];
  });
}

function grouped<R extends { readonly run_id: string }, V>(rows: readonly R[], read: (row: R) => V): Map<string, V[]> {
  const byRun = new Map<string, V[]>();
  for (const row of rows) {
    const some = byRun.get(row.run_id);
    if (some) some.push(read(row));
    else byRun.set(row.run_id, [read(row)]);
  }
  return byRun;
}

const STEP_COLUMNS = [
  'step_run.id',
  'step_run.run_id',
  'step_run.position',
  'step_run.node',
  'step_run.step',
  'step_run.status',
  'step_run.key',
  'step_run.origin',
  'step_run.reason',
  'step_run.attempts',
  'step_run.started_at',
  'step_run.ended_at',
  'step_run.error',
  'step_run.segments',
  'step_run.usage',
  'step_run.hook_failures',
] as const;

/** Lines are numbered from 1, so the greatest number is how many there are: one look at the end of an index. */
const leanSteps = (db: Sql) =>
  db
    .selectFrom('step_run')
    .select([...STEP_COLUMNS])
    .select((eb) =>
      eb
        .selectFrom('log_line')
        .select((line) => line.fn.max('log_line.seq').as('last'))
        .whereRef('log_line.step_run_id', '=', 'step_run.id')
        .as('logs'),
    );

type LeanRow = Omit<StepRunTable, 'parts_id' | 'output'> & { readonly logs: number | null };

/** Field by field: rows of `node:sqlite` are dictionaries, which take 20 µs to spread, and a run has thousands. */
const fromLeanRow = (row: LeanRow): StepOverview => ({
  id: row.id,
  runId: row.run_id,
  node: row.node,
  step: row.step,
  status: row.status,
  key: row.key as CacheKey | null,
  origin: row.origin,
  reason: row.reason,
  attempts: row.attempts,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  error: fromJson(row.error),
  segments: fromSegments(row.segments),
  usage: fromJson(row.usage),
  hookFailures: fromJson(row.hook_failures),
  logs: row.logs ?? 0,
});
