import { sql } from 'kysely';
import type { MetadataReads } from '../../components/metadata-reads.ts';
import type { SqlContext } from './metadata-schema.ts';

type StatisticsQueries = Pick<MetadataReads, 'pipelineStatistics' | 'stepStatistics' | 'knownNames'>;

/** Tables whose index begins with the name, so that the names are found by as many looks as there are names. */
const NAME_COLUMNS = {
  param: { table: 'run_param', column: 'name' },
  metric: { table: 'run_metric', column: 'name' },
  tag: { table: 'run_tag', column: 'tag' },
} as const;

export const statisticsQueries = ({ db }: SqlContext): StatisticsQueries => ({
  async pipelineStatistics() {
    const { rows } = await sql<{ pipeline: string; runs: number; ended: number; succeeded: number }>`
      select pipeline, count(*) as runs,
        sum(case when status in ('succeeded', 'cached', 'failed') then 1 else 0 end) as ended,
        sum(case when status in ('succeeded', 'cached') then 1 else 0 end) as succeeded
      from run group by pipeline order by pipeline`.execute(db);
    return Promise.all(
      rows.map(async ({ pipeline, runs, ended, succeeded }) => {
        const { id } = await db
          .selectFrom('run')
          .select('id')
          .where('pipeline', '=', pipeline)
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirstOrThrow();
        return { pipeline, runs: Number(runs), ended: Number(ended), succeeded: Number(succeeded), newest: id };
      }),
    );
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
