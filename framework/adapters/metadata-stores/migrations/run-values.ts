import { sql } from 'kysely';
import { fromJson } from '../json-column.ts';
import type { Migration } from '../migrations.ts';
import { insertRunParams } from '../run-value-queries.ts';

/** Runs whose parameters are read at once. */
const BATCH = 500;

/** What lists of runs are filtered and sorted by, and log lines by run and time. What is recorded already is filled in. */
export const addRunValues: Migration = async (db, { keyType, keyedTable }) => {
  const key = sql.raw<string>(keyType);
  const keyed = sql.raw<string>(keyedTable);
  const { schema } = db;
  await schema
    .createTable('run_param')
    .addColumn('name', key, (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('run_id', key, (c) => c.notNull())
    .addColumn('number', 'double precision')
    .addColumn('text', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('run_param_key', ['name', 'created_at', 'run_id'])
    .modifyEnd(keyed)
    .execute();
  await schema
    .createTable('run_metric')
    .addColumn('name', key, (c) => c.notNull())
    .addColumn('created_at', 'bigint', (c) => c.notNull())
    .addColumn('run_id', key, (c) => c.notNull())
    .addColumn('step_run_id', key, (c) => c.notNull())
    .addColumn('x', 'double precision', (c) => c.notNull())
    .addColumn('number', 'double precision')
    .addPrimaryKeyConstraint('run_metric_key', ['name', 'created_at', 'run_id'])
    .modifyEnd(keyed)
    .execute();
  await schema.createIndex('run_metric_run').on('run_metric').column('run_id').execute();
  await schema.createIndex('run_metric_best').on('run_metric').columns(['name', 'number', 'run_id']).execute();
  await schema.createIndex('run_by_name').on('run').columns(['name', 'id']).execute();

  await schema
    .alterTable('log_line')
    .addColumn('run_id', key, (c) => c.notNull().defaultTo(''))
    .execute();
  await sql`
    update log_line set run_id = coalesce((select run_id from step_run where step_run.id = log_line.step_run_id), '')`.execute(
    db,
  );
  await schema.createIndex('log_line_time').on('log_line').columns(['run_id', 'time', 'step_run_id', 'seq']).execute();

  await fillParams(db);
  await fillMetrics(db);
};

async function fillParams(db: Parameters<Migration>[0]): Promise<void> {
  for (let last = ''; ; ) {
    const runs = await db
      .selectFrom('run')
      .select(['id', 'created_at as createdAt', 'params'])
      .where('id', '>', last)
      .orderBy('id')
      .limit(BATCH)
      .execute();
    for (const run of runs) await insertRunParams(db, { ...run, params: fromJson(run.params) });
    if (runs.length < BATCH) return;
    last = runs.at(-1)?.id ?? last;
  }
}

/** Of each metric of a run the last point of the step run that reported last. */
async function fillMetrics(db: Parameters<Migration>[0]): Promise<void> {
  await sql`
    insert into run_metric (name, created_at, run_id, step_run_id, x, number)
    select name, created_at, run_id, step_run_id, step, value from (
      select m.name, r.created_at, s.run_id, m.step_run_id, m.step, m.value,
        row_number() over (partition by s.run_id, m.name order by s.position desc, m.step desc, m.seq desc) as place
      from tracked_metric m
      join step_run s on s.id = m.step_run_id
      join run r on r.id = s.run_id) as points
    where place = 1`.execute(db);
}
