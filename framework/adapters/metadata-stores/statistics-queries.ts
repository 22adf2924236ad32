import { sql } from 'kysely';
import type { MetadataReads } from '../../components/metadata-reads.ts';
import { STATUSES, type Status } from '../../model/status.ts';
import type { Sql, SqlContext } from './metadata-schema.ts';

type StatisticsQueries = Pick<MetadataReads, 'pipelineStatistics' | 'stepStatistics' | 'knownNames'>;

/** Tables whose index begins with the name, so that the names are found by as many looks as there are names. */
const NAME_COLUMNS = {
  param: { table: 'run_param', column: 'name' },
  metric: { table: 'run_metric', column: 'name' },
  tag: { table: 'run_tag', column: 'tag' },
} as const;

const SUCCEEDED = ['succeeded', 'cached'] as const satisfies readonly Status[];
/** By themselves. */
const ENDED = [...SUCCEEDED, 'failed'] as const satisfies readonly Status[];

interface PipelineTally {
  readonly pipeline: string;
  readonly status: Status;
  readonly runs: number | string;
}

interface NewestRun {
  readonly id: string;
  readonly createdAt: number;
}

const isNewer = (a: NewestRun, b: NewestRun): boolean =>
  a.createdAt === b.createdAt ? a.id > b.id : a.createdAt > b.createdAt;

/** One look at the end of a group of `run_tally`. */
const newestOf = (db: Sql, { pipeline, status }: PipelineTally): Promise<NewestRun> =>
  db
    .selectFrom('run')
    .select(['id', 'created_at as createdAt'])
    .where(sql`pipeline || ''`, '=', pipeline)
    .where('status', '=', status)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();

export const statisticsQueries = ({ db }: SqlContext): StatisticsQueries => ({
  async pipelineStatistics() {
    // Spelled as the index `run_tally` has it, whose order is that of the groups.
    const { rows } = await sql<PipelineTally>`
      select pipeline || '' as pipeline, status, count(*) as runs from run group by pipeline || '', status`.execute(db);
    const newest = await Promise.all(rows.map((tally) => newestOf(db, tally)));
    const tallies = rows.map((tally, i) => ({ ...tally, runs: Number(tally.runs), newest: newest[i]! }));
    return [...Map.groupBy(tallies, ({ pipeline }) => pipeline)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([pipeline, some]) => {
        const count = (statuses: readonly Status[]): number =>
          some.reduce((sum, { status, runs }) => (statuses.includes(status) ? sum + runs : sum), 0);
        const last = some.map((one) => one.newest).reduce((a, b) => (isNewer(b, a) ? b : a));
        const [runs, ended, succeeded] = [count(STATUSES), count(ENDED), count(SUCCEEDED)];
        return { pipeline, runs, ended, succeeded, newest: last.id };
      });
  },

  async stepStatistics(since) {
    const { rows } = await sql<{ step: string; hits: number; misses: number; saved: number | null }>`
      select s.step,
        sum(case when s.status = 'cached' then 1 else 0 end) as hits,
        sum(case when s.status = 'cached' then 0 else 1 end) as misses,
        sum(case when s.status = 'cached' then o.ended_at - o.started_at else 0 end) as saved
      from step_run s left join step_run o on s.status = 'cached' and o.id = s.origin
      where s.status in ('cached', 'succeeded', 'failed') and s.ended_at >= ${since}
      group by s.step order by s.step`.execute(db);
    const entries = await db
      .selectFrom('cache_entry')
      .select('step')
      .select((eb) => eb.fn.countAll<number | string>().as('count'))
      .groupBy('step')
      .execute();
    const ran = new Map(rows.map((row) => [row.step, row]));
    const stored = new Map(entries.map(({ step, count }) => [step, Number(count)]));
    return [...new Set([...ran.keys(), ...stored.keys()])].sort().map((step) => {
      const { hits = 0, misses = 0, saved = 0 } = ran.get(step) ?? {};
      const figures = { hits: Number(hits), misses: Number(misses), savedMs: Number(saved ?? 0) };
      return { step, entries: stored.get(step) ?? 0, ...figures };
    });
  },

  async knownNames(of, { prefix, limit }) {
    const { table, column } = NAME_COLUMNS[of];
    const [from, name] = [sql.table(table), sql.ref(column)];
    // Every name once costs one look each; `distinct` would read a row for each run that has it.
    const { rows } = await sql<{ name: string }>`
      with recursive known(name) as (
        select min(${name}) from ${from} where ${name} >= ${prefix}
        union all
        select (select min(${name}) from ${from} where ${name} > known.name) from known where known.name is not null
      )
      select name from known where name is not null limit ${limit}`.execute(db);
    return rows.map((row) => row.name).filter((known) => known.startsWith(prefix));
  },
});
