import { type SelectQueryBuilder, sql } from 'kysely';
import type { RunFilter, RunSort } from '../../components/metadata-store.ts';
import type { RunPredicate } from '../../components/run-predicate.ts';
import type { MetadataSchema, Sql, SqlContext } from './metadata-schema.ts';
import { runCondition, VALUE_TABLES, valueCondition } from './run-conditions.ts';
import { decodeRunMark, encodeRunMark } from './run-mark.ts';

const PAGE = 50;

/** Runs, perhaps joined with a table that is only spoken of through `Order`. */
type Runs = SelectQueryBuilder<MetadataSchema, 'run', object>;

/** What a list is sorted by, and the id that decides between equals. */
interface Order {
  readonly value: string;
  readonly id: string;
  readonly direction: 'asc' | 'desc';
}

export interface RunIdPage {
  /** In the order of the list. */
  readonly ids: readonly string[];
  readonly next: string | null;
}

/**
 * The ids of one page of a filtered, sorted list. Rows of runs are long (a plan, a result), so they are left alone here: filter and order are
 * answered by an index, and who wants more of the page's runs reads those.
 */
export async function pageOfRuns(context: SqlContext, filter: RunFilter): Promise<RunIdPage> {
  const limit = filter.limit ?? PAGE;
  const { runs, order } = matching(context, filter);
  const [value, id] = [sql.ref(order.value), sql.ref(order.id)];
  let page = runs.select([sql<number | string>`${value}`.as('value'), sql<string>`${id}`.as('id')]);
  if (filter.after !== undefined) {
    const mark = decodeRunMark(filter.after, filter.sort ?? 'newest');
    const beyond = sql.raw(order.direction === 'asc' ? '>' : '<');
    page = page.where(sql<boolean>`(${value}, ${id}) ${beyond} (${mark.value}, ${mark.id})`);
  }
  const rows = await page
    .orderBy(value, order.direction)
    .orderBy(id, order.direction)
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { ids: shown.map((row) => row.id), next: rows.length > limit && last ? encodeRunMark(last) : null };
}

/** How many runs fit, counted up to `most`. */
export async function countRuns(context: SqlContext, filter: RunFilter, most: number): Promise<number> {
  const { runs, order } = matching(context, filter);
  const found = runs
    .select(sql<string>`${sql.ref(order.id)}`.as('id'))
    .limit(most)
    .as('found');
  const { count } = await context.db
    .selectFrom(found)
    .select((eb) => eb.fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

const ORDERS = {
  newest: { value: 'run.created_at', id: 'run.id', direction: 'desc' },
  oldest: { value: 'run.created_at', id: 'run.id', direction: 'asc' },
  longest: { value: 'run.duration_ms', id: 'run.id', direction: 'desc' },
  name: { value: 'run.name', id: 'run.id', direction: 'asc' },
} as const satisfies Record<Exclude<RunSort, object>, Order>;

/** The runs that fit, from the table whose index has their order or leaves the fewest of them. */
function matching(context: SqlContext, filter: RunFilter): { readonly runs: Runs; readonly order: Order } {
  const { sort = 'newest' } = filter;
  const predicates = predicatesOf(filter);
  const driver = typeof sort === 'object' ? undefined : predicates.find(isDriver);
  const others = predicates.filter((predicate) => predicate !== driver);
  // Rows of one tag, parameter or metric lie in order of creation; any other order has to be made, of the runs.
  const isByCreation = sort === 'newest' || sort === 'oldest';
  // A table that goes with its runs speaks for them: 10,000 looks at `run` only to see that it is there take 20 ms.
  const needsRun = others.length > 0 || !(typeof sort === 'object' || (driver && isByCreation));
  let runs = plain(context.db.selectFrom('run'));
  let order: Order = ORDERS[typeof sort === 'object' ? 'newest' : sort];
  if (typeof sort === 'object') {
    runs = sortedBy(context.db, sort.metric, needsRun);
    order = { value: 'sorted.number', id: 'sorted.run_id', direction: sort.direction };
  } else if (driver) {
    runs = drivenBy(context.db, driver, needsRun);
    if (isByCreation) order = { ...order, value: 'driver.created_at', id: 'driver.run_id' };
  }
  for (const predicate of others) runs = runs.where((eb) => runCondition(eb, predicate, context.capabilities));
  return { runs, order };
}

type Driver = Extract<RunPredicate, { kind: 'word' | 'value' | 'has' }>;

/** One look-up for each of 100,000 runs would take a tenth of a second: these have an index of their own that can be gone through instead. */
const isDriver = (predicate: RunPredicate): predicate is Driver =>
  !predicate.not &&
  (predicate.kind === 'value' ||
    predicate.kind === 'has' ||
    (predicate.kind === 'word' && predicate.word === 'tag' && predicate.values.length === 1));

/** @param withRun the table `run` is needed too. */
function drivenBy(db: Sql, driver: Driver, withRun: boolean): Runs {
  const from = driver.kind === 'word' ? 'run_tag as driver' : (`${VALUE_TABLES[driver.of]} as driver` as const);
  const runs = withRun
    ? plain(db.selectFrom('run').innerJoin(from, 'driver.run_id', 'run.id'))
    : plain(db.selectFrom(from));
  if (driver.kind === 'word') return runs.where(sql<boolean>`driver.tag = ${driver.values[0] ?? ''}`);
  const named = runs.where(sql<boolean>`driver.name = ${driver.name}`);
  return driver.kind === 'has' ? named : named.where(valueCondition(driver, 'driver'));
}

/** Only runs that have the metric, and have it as a number. */
const sortedBy = (db: Sql, metric: string, withRun: boolean): Runs =>
  (withRun
    ? plain(db.selectFrom('run').innerJoin('run_metric as sorted', 'sorted.run_id', 'run.id'))
    : plain(db.selectFrom('run_metric as sorted'))
  )
    .where(sql<boolean>`sorted.name = ${metric}`)
    .where(sql<boolean>`sorted.number is not null`);

/** The joined table is spoken of by name alone: with it in the type, no two of these queries would be of one type. */
const plain = (joined: unknown): Runs => joined as Runs;

/** The filter's own fields and its `where`, as one list. */
function predicatesOf(filter: RunFilter): readonly RunPredicate[] {
  const { pipeline, stack, status, tag, since, until, search, where = [] } = filter;
  const word = (name: 'pipeline' | 'stack' | 'status' | 'tag', values: readonly string[]): RunPredicate => ({
    kind: 'word',
    word: name,
    values,
    not: false,
  });
  return [
    ...(tag === undefined ? [] : [word('tag', [tag])]),
    ...(pipeline === undefined ? [] : [word('pipeline', [pipeline])]),
    ...(stack === undefined ? [] : [word('stack', [stack])]),
    ...(status?.length ? [word('status', status)] : []),
    ...(since === undefined ? [] : [{ kind: 'created', comparison: '>=', time: since, not: false } as const]),
    ...(until === undefined ? [] : [{ kind: 'created', comparison: '<', time: until, not: false } as const]),
    ...(search === undefined ? [] : [{ kind: 'search', text: search, not: false } as const]),
    ...where,
  ];
}
