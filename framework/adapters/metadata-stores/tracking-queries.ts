import type { MetadataStore, TrackerEntry } from '../../components/metadata-store.ts';
import type { LogLine } from '../../model/run.ts';
import { insertArtifact, toArtifactRow } from './artifact-queries.ts';
import { insertRows } from './insert-rows.ts';
import { fromJson, toJson, toJsonOrNull } from './json-column.ts';
import type { LogLineTable, Sql, SqlContext } from './metadata-schema.ts';
import { keepMetrics } from './run-value-queries.ts';

type TrackingQueries = Pick<MetadataStore, 'appendLogs' | 'readLogs' | 'track' | 'tracked'>;

export const trackingQueries = ({ db, now }: SqlContext): TrackingQueries => ({
  async appendLogs(stepRunId, attempt, lines) {
    if (lines.length === 0) return;
    await db.transaction().execute((on) =>
      insertLogs(
        on,
        stepRunId,
        lines.map((line) => ({ ...line, attempt })),
      ),
    );
  },

  async readLogs(stepRunId, { attempt, after, limit } = {}) {
    let lines = db.selectFrom('log_line').selectAll().where('step_run_id', '=', stepRunId).orderBy('seq');
    if (attempt !== undefined) lines = lines.where('attempt', '=', attempt);
    if (after !== undefined) lines = lines.where('seq', '>', after);
    if (limit !== undefined) lines = lines.limit(limit);
    return (await lines.execute()).map(fromLogRow);
  },

  async track(stepRunId, entries) {
    if (entries.length === 0) return;
    await db.transaction().execute((on) => insertTracked(on, stepRunId, entries, now()));
  },

  tracked: (runId) => trackedOf(db, runId),
});

/** What the steps of a run gave their tracker, in the order of the plan. */
export async function trackedOf(on: Sql, runId: string): ReturnType<MetadataStore['tracked']> {
  const steps = on.selectFrom('step_run').select('id').where('run_id', '=', runId);
  const values = await on
    .selectFrom('tracked_value')
    .selectAll()
    .where('step_run_id', 'in', steps)
    .orderBy('kind')
    .orderBy('name')
    .execute();
  const metrics = await on
    .selectFrom('tracked_metric')
    .selectAll()
    .where('step_run_id', 'in', steps)
    .orderBy('seq')
    .execute();
  const byStep = new Map<string, TrackerEntry[]>((await steps.orderBy('position').execute()).map(({ id }) => [id, []]));
  for (const { step_run_id, kind, name, value } of values) {
    byStep
      .get(step_run_id)
      ?.push(kind === 'artifact' ? { kind, name, artifact: fromJson(value) } : { kind, name, value });
  }
  for (const { step_run_id, name, step, time, value } of metrics) {
    byStep.get(step_run_id)?.push({ kind: 'metric', name, value: value ?? Number.NaN, step, time });
  }
  return [...byStep]
    .filter(([, entries]) => entries.length > 0)
    .map(([stepRunId, entries]) => ({ stepRunId, entries }));
}

/** After the lines that are there. */
export async function insertLogs(
  on: Sql,
  stepRunId: string,
  lines: readonly (LogLine & { readonly attempt: number })[],
): Promise<void> {
  const first = await nextSeq(on, 'log_line', stepRunId);
  const rows = lines.map(({ attempt, time, level, source, message, fields }, i) => ({
    step_run_id: stepRunId,
    run_id: runOf(stepRunId),
    seq: first + i,
    attempt,
    time,
    level,
    source,
    message,
    fields: toJsonOrNull(fields),
  }));
  await insertRows(rows, (some) => on.insertInto('log_line').values(some));
}

/** `<run id>/<node id>` is the id of a step run. */
const runOf = (stepRunId: string): string => stepRunId.slice(0, Math.max(0, stepRunId.indexOf('/')));

export const fromLogRow = (row: LogLineTable): LogLine & { readonly attempt: number; readonly seq: number } => ({
  time: row.time,
  level: row.level as LogLine['level'],
  source: row.source as LogLine['source'],
  message: row.message,
  ...(row.fields === null ? {} : { fields: fromJson<Record<string, unknown>>(row.fields) }),
  attempt: row.attempt,
  seq: row.seq,
});

/** @param time when its artifacts were made. */
export async function insertTracked(
  on: Sql,
  stepRunId: string,
  entries: readonly TrackerEntry[],
  time: number,
): Promise<void> {
  await trackMetrics(on, stepRunId, entries);
  await keepMetrics(on, stepRunId, entries);
  for (const entry of entries) if (entry.kind !== 'metric') await trackValue(on, stepRunId, entry, time);
}

async function nextSeq(on: Sql, table: 'log_line' | 'tracked_metric', stepRunId: string): Promise<number> {
  const { last } = await on
    .selectFrom(table)
    .select((eb) => eb.fn.max('seq').as('last'))
    .where('step_run_id', '=', stepRunId)
    .executeTakeFirstOrThrow();
  return (last ?? 0) + 1;
}

async function trackMetrics(on: Sql, stepRunId: string, entries: readonly TrackerEntry[]): Promise<void> {
  const metrics = entries.filter((entry) => entry.kind === 'metric');
  if (metrics.length === 0) return;
  const first = await nextSeq(on, 'tracked_metric', stepRunId);
  const rows = metrics.map(({ name, step, time, value }, i) => ({
    step_run_id: stepRunId,
    seq: first + i,
    name,
    step,
    time,
    value: Number.isNaN(value) ? null : value,
  }));
  await insertRows(rows, (some) => on.insertInto('tracked_metric').values(some));
}

/** The newest value of a name wins. A tracked artifact is recorded like an output too, so that garbage collection keeps it. */
async function trackValue(
  on: Sql,
  stepRunId: string,
  entry: Exclude<TrackerEntry, { readonly kind: 'metric' }>,
  time: number,
): Promise<void> {
  const value = entry.kind === 'artifact' ? toJson(entry.artifact) : entry.value;
  await on
    .insertInto('tracked_value')
    .values({ step_run_id: stepRunId, kind: entry.kind, name: entry.name, value })
    .onConflict((conflict) => conflict.columns(['step_run_id', 'kind', 'name']).doUpdateSet({ value }))
    .execute();
  if (entry.kind !== 'artifact') return;
  const stepRun = await on
    .selectFrom('step_run')
    .select(['id', 'run_id as runId', 'step'])
    .where('id', '=', stepRunId)
    .executeTakeFirst();
  if (!stepRun) return;
  await insertArtifact(on, toArtifactRow(stepRun, entry.name, entry.artifact, time));
}
