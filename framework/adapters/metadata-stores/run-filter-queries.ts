import { type SelectQueryBuilder, sql } from 'kysely';
import type { RunFilter, RunSort } from '../../components/metadata-store.ts';
import type { RunPredicate } from '../../components/run-predicate.ts';
import type { MetadataSchema, SqlContext } from './metadata-schema.ts';
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
    const mark = decodeRunMark(filter.after);
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
  const found = matching(context, filter).runs.select('run.id').limit(most).as('found');
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
  let runs: Runs = context.db.selectFrom('run');
  let order: Order = ORDERS[typeof sort === 'object' ? 'newest' : sort];
  if (typeof sort === 'object') {
    runs = joinSorted(runs, sort.metric);
    order = { value: 'sorted.number', id: 'sorted.run_id', direction: sort.direction };
  } else if (driver) {
    runs = joinDriver(runs, driver);
    // Rows of one tag, parameter or metric lie in order of creation; any other order has to be made.
    if (sort === 'newest' || sort === 'oldest') order = { ...order, value: 'driver.created_at', id: 'driver.run_id' };
  }
  for (const predicate of predicates) {
    if (predicate !== driver) runs = runs.where((eb) => runCondition(eb, predicate, context.capabilities));
  }
  return { runs, order };
}

type Driver = Extract<RunPredicate, { kind: 'word' | 'value' | 'has' }>;

/** One look-up for each of 100,000 runs would take a tenth of a second: these have an index of their own that can be gone through instead. */
const isDriver = (predicate: RunPredicate): predicate is Driver =>
  !predicate.not &&
  (predicate.kind === 'value' ||
    predicate.kind === 'has' ||
    (predicate.kind === 'word' && predicate.word === 'tag' && predicate.values.length === 1));

function joinDriver(runs: Runs, driver: Driver): Runs {
  if (driver.kind === 'word') {
    const [tag = ''] = driver.values;
    return plain(
      runs.innerJoin('run_tag as driver', (join) =>
        join.onRef('driver.run_id', '=', 'run.id').on('driver.tag', '=', tag),
      ),
    );
  }
  const joined = plain(
    runs.innerJoin(`${VALUE_TABLES[driver.of]} as driver`, (join) =>
      join.onRef('driver.run_id', '=', 'run.id').on('driver.name', '=', driver.name),
    ),
  );
  return driver.kind === 'has' ? joined : joined.where(valueCondition(driver, 'driver'));
}

/** Only runs that have the metric, and have it as a number. */
const joinSorted = (runs: Runs, metric: string): Runs =>
  plain(
    runs.innerJoin('run_metric as sorted', (join) =>
      join.onRef('sorted.run_id', '=', 'run.id').on('sorted.name', '=', metric).on('sorted.number', 'is not', null),
    ),
  );

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
