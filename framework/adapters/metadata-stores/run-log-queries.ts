import type { RawBuilder, SelectQueryBuilder } from 'kysely';
import type { MetadataReads, RunLogPage, RunLogQuery, StoredLogLine } from '../../components/metadata-reads.ts';
import { inputError } from '../../errors.ts';
import { contains } from './contains.ts';
import type { LogLineTable, MetadataSchema, SqlContext } from './metadata-schema.ts';
import { nextTurn } from './next-turn.ts';
import { fromLogRow } from './tracking-queries.ts';

/** Lines looked through at once: some five milliseconds. */
const SLICE = 5000;

/** Where a line is among all lines of its run. */
type Place = Pick<LogLineTable, 'time' | 'step_run_id' | 'seq'>;

type Lines = SelectQueryBuilder<MetadataSchema, 'log_line', object>;

export const runLogQueries = (context: SqlContext): Pick<MetadataReads, 'readRunLogs'> => ({
  async readRunLogs(runId, query) {
    const isFiltered = query.attempt !== undefined || query.levels !== undefined || query.search !== undefined;
    const { rows, last } = isFiltered ? await searched(context, runId, query) : await nearest(context, runId, query);
    const isFull = rows.length > query.limit;
    return toPage(rows.slice(0, query.limit), query, { isFull, last: isFull ? undefined : last });
  },
});

/** One more than a page has, which tells that there is a next one. */
const ONE_MORE = 1;

interface Seen {
  readonly rows: readonly LogLineTable[];
  /** Where the search stopped; undefined when it came to the end of the log. */
  readonly last?: Place | undefined;
}

async function nearest(context: SqlContext, runId: string, query: RunLogQuery): Promise<Seen> {
  const lines = inOrder(wanted(context, runId, query), query);
  return {
    rows: await lines
      .selectAll()
      .limit(query.limit + ONE_MORE)
      .execute(),
  };
}

/**
 * The filters see the lines nearest to the mark, and no more of them than `scan`: a word that stands nowhere costs no more than one that does. They are looked
 * through slice by slice, so that others have their turn.
 */
async function searched(context: SqlContext, runId: string, query: RunLogQuery): Promise<Seen> {
  const rows: LogLineTable[] = [];
  let last: Place | undefined;
  for (let left = query.scan; left > 0; await nextTurn()) {
    const slice = Math.min(left, SLICE);
    const lines = inOrder(wanted(context, runId, last ? { ...query, ...markAt(last, query) } : query), query);
    const seen = lines.limit(slice).selectAll().as('log_line');
    const found = await inOrder(filtered(context.db.selectFrom(seen) as unknown as Lines, context, query), query)
      .selectAll()
      .limit(query.limit + ONE_MORE - rows.length)
      .execute();
    rows.push(...found);
    if (rows.length > query.limit) return { rows };
    last = await placeAt(lines, slice);
    if (!last) return { rows };
    left -= slice;
  }
  return { rows, last };
}

const markAt = (place: Place, { after }: RunLogQuery): Pick<RunLogQuery, 'after' | 'before'> =>
  after === undefined ? { before: encodePlace(place) } : { after: encodePlace(place) };

/** One step's lines lie together in order of their number; those of a run in order of time. */
const isOfOneStep = ({ stepRuns }: RunLogQuery): boolean => stepRuns?.length === 1;

function wanted({ db }: SqlContext, runId: string, query: RunLogQuery): Lines {
  const { stepRuns, after, before } = query;
  let lines: Lines = db.selectFrom('log_line').where('run_id', '=', runId);
  if (stepRuns !== undefined) lines = lines.where('step_run_id', 'in', [...stepRuns]);
  const mark = after ?? before;
  if (mark === undefined) return lines;
  const { time, step_run_id, seq } = decodePlace(mark);
  const compare = after === undefined ? '<' : '>';
  return isOfOneStep(query)
    ? lines.where('seq', compare, seq)
    : lines.where((eb) => eb(eb.refTuple('time', 'step_run_id', 'seq'), compare, eb.tuple(time, step_run_id, seq)));
}

function inOrder(lines: Lines, query: RunLogQuery): Lines {
  const direction = query.after === undefined ? 'desc' : 'asc';
  if (isOfOneStep(query)) return lines.orderBy('seq', direction);
  return lines.orderBy('time', direction).orderBy('step_run_id', direction).orderBy('seq', direction);
}

function filtered(lines: Lines, { capabilities }: SqlContext, { attempt, levels, search }: RunLogQuery): Lines {
  let some = lines;
  if (attempt !== undefined) some = some.where('attempt', '=', attempt);
  if (levels !== undefined) some = some.where('level', 'in', [...levels]);
  if (search !== undefined) some = some.where(contains('message', search, capabilities) as RawBuilder<boolean>);
  return some;
}

/** The last of the first `count` lines; undefined when there are fewer. */
const placeAt = (lines: Lines, count: number): Promise<Place | undefined> =>
  lines
    .select(['time', 'step_run_id', 'seq'])
    .offset(count - 1)
    .limit(1)
    .executeTakeFirst();

interface Found {
  /** There are more that fit. */
  readonly isFull: boolean;
  /** Where the search stopped. */
  readonly last: Place | undefined;
}

function toPage(rows: readonly LogLineTable[], query: RunLogQuery, { isFull, last }: Found): RunLogPage {
  const isForward = query.after !== undefined;
  const inTime = isForward ? rows : rows.toReversed();
  const [first, final] = [inTime[0], inTime.at(-1)].map((row) => row && encodePlace(row));
  const stop = last && encodePlace(last);
  return {
    lines: inTime.map((row): StoredLogLine => ({ ...fromLogRow(row), stepRunId: row.step_run_id })),
    first: isForward ? (first ?? query.after ?? null) : isFull ? (first ?? null) : (stop ?? null),
    last: isForward ? (stop ?? final ?? query.after ?? null) : (final ?? query.before ?? stop ?? null),
    stopped: last !== undefined,
  };
}

/** The greatest number that the column takes. */
const LAST_SEQ = 2 ** 31 - 1;

const encodePlace = ({ time, seq, step_run_id }: Place): string => `${time}~${seq}~${step_run_id}`;

/** @throws ERR_INPUT for text that no page gave out. */
function decodePlace(text: string): Place {
  const [, time, seq, step_run_id] = /^(\d+)~(\d+)~(.+)$/s.exec(text) ?? [];
  if (step_run_id !== undefined && Number.isSafeInteger(Number(time)) && Number(seq) <= LAST_SEQ) {
    return { time: Number(time), seq: Number(seq), step_run_id };
  }
  throw inputError(`${text} is not the mark of a page of log lines.`, 'Pass `next` or `previous` of a page.');
}
