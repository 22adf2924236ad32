import type { TrackerEntry } from '../../components/metadata-store.ts';
import { compiledWrite } from './compiled-query.ts';
import { insertRows } from './insert-rows.ts';
import { fromJson } from './json-column.ts';
import type { RunParamTable, Sql } from './metadata-schema.ts';

/** Parameters of one run that a filter can name; what is beyond is no knob that somebody compares runs by. */
const MOST_PARAMS = 200;
const LONGEST_TEXT = 200;

interface RunOfParams {
  readonly id: string;
  readonly createdAt: number;
  readonly params: unknown;
}

/** Writes a run's parameters one by one, so that lists can be filtered by them. */
export async function insertRunParams(on: Sql, run: RunOfParams): Promise<void> {
  await insertRows(paramRows(run), (some) => on.insertInto('run_param').values(some));
}

/** `{ split: { train: 0.8 }, classes: ['cat'] }` → rows `split.train` and `classes`. Text is kept as it is, everything else as JSON. */
export function paramRows({ id, createdAt, params }: RunOfParams): RunParamTable[] {
  return [...leaves(params, '')]
    .slice(0, MOST_PARAMS)
    .map(([name, value]) => ({ name, created_at: createdAt, run_id: id, ...columnsOf(value) }));
}

const columnsOf = (value: unknown): Pick<RunParamTable, 'number' | 'text'> => ({
  number: typeof value === 'number' ? value : null,
  text: (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, LONGEST_TEXT),
});

function leaves(value: unknown, at: string): Map<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return new Map(at === '' || value === undefined ? [] : [[at, value]]);
  }
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, at === '' ? key : `${at}.${key}`)]));
}

/** Keeps the last value of each metric that a step run reported as that of its run. */
export async function keepMetrics(on: Sql, stepRunId: string, entries: readonly TrackerEntry[]): Promise<void> {
  const last = new Map<string, { readonly value: number; readonly step: number }>();
  for (const entry of entries) {
    if (entry.kind !== 'metric') continue;
    const before = last.get(entry.name);
    if (!before || entry.step >= before.step) last.set(entry.name, entry);
  }
  for (const [name, { value, step }] of last) {
    await keepMetric(on, { stepRunId, name, x: step, number: Number.isNaN(value) ? null : value });
  }
}

interface KeptMetric {
  readonly stepRunId: string;
  readonly name: string;
  readonly x: number;
  readonly number: number | null;
}

/** An earlier point of the same step run, of a step's second part for instance, changes nothing. */
const keepMetric = compiledWrite<KeptMetric>((on, slot) =>
  on
    .insertInto('run_metric')
    .columns(['name', 'created_at', 'run_id', 'step_run_id', 'x', 'number'])
    .expression((eb) =>
      eb
        .selectFrom('step_run')
        .innerJoin('run', 'run.id', 'step_run.run_id')
        .select((row) => [
          row.cast<string>(row.val(slot('name')), 'text').as('name'),
          'run.created_at',
          'run.id as run_id',
          'step_run.id as step_run_id',
          row.cast<number>(row.val(slot('x')), 'double precision').as('x'),
          row.cast<number | null>(row.val(slot('number')), 'double precision').as('number'),
        ])
        .where('step_run.id', '=', slot('stepRunId')),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['name', 'created_at', 'run_id'])
        .doUpdateSet((eb) => ({
          step_run_id: eb.ref('excluded.step_run_id'),
          x: eb.ref('excluded.x'),
          number: eb.ref('excluded.number'),
        }))
        .where((eb) =>
          eb.or([
            eb('excluded.x', '>=', eb.ref('run_metric.x')),
            eb('excluded.step_run_id', '<>', eb.ref('run_metric.step_run_id')),
          ]),
        ),
    ),
);

/** A run that has ended takes over the metrics of the results that it found in the cache. */
export async function takeOverMetrics(on: Sql, runId: string): Promise<void> {
  await on
    .insertInto('run_metric')
    .columns(['name', 'created_at', 'run_id', 'step_run_id', 'x', 'number'])
    .expression((eb) =>
      eb
        .selectFrom('step_run')
        .innerJoin('run', 'run.id', 'step_run.run_id')
        .innerJoin('step_run as origin', 'origin.id', 'step_run.origin')
        .innerJoin('run_metric as old', (join) =>
          join.onRef('old.run_id', '=', 'origin.run_id').onRef('old.step_run_id', '=', 'origin.id'),
        )
        .select(['old.name', 'run.created_at', 'run.id as run_id', 'old.step_run_id', 'old.x', 'old.number'])
        .where('step_run.run_id', '=', runId)
        .where('step_run.status', '=', 'cached'),
    )
    .onConflict((conflict) => conflict.columns(['name', 'created_at', 'run_id']).doNothing())
    .execute();
}

/** What `insertRunParams`, `keepMetrics` and `takeOverMetrics` wrote of a run. */
export async function deleteRunValues(on: Sql, runId: string): Promise<void> {
  const run = await on
    .selectFrom('run')
    .select(['id', 'created_at as createdAt', 'params'])
    .where('id', '=', runId)
    .executeTakeFirst();
  if (!run) return;
  // By their whole key: an index of the runs alone would double a table that is only ever asked by name.
  for (const { name } of paramRows({ ...run, params: fromJson(run.params) })) {
    await deleteParam(on, { name, createdAt: run.createdAt, runId });
  }
  await on.deleteFrom('run_metric').where('run_id', '=', runId).execute();
}

const deleteParam = compiledWrite<{ readonly name: string; readonly createdAt: number; readonly runId: string }>(
  (on, slot) =>
    on
      .deleteFrom('run_param')
      .where('name', '=', slot('name'))
      .where('created_at', '=', slot('createdAt'))
      .where('run_id', '=', slot('runId')),
);
