import { type RawBuilder, sql } from 'kysely';
import type { CacheEntry, CacheFilter, MetadataStore, StepRunChange } from '../../components/metadata-store.ts';
import type { StepRunRecord } from '../../model/run.ts';
import { insertArtifacts } from './artifact-queries.ts';
import { entryOfBy, fromEntryRow, NO_PARTS, selectEntries } from './cache-entry-row.ts';
import { claimQueries, type EntryOrigin, giveBack } from './claim-queries.ts';
import { collectionNumber } from './collection-number.ts';
import { compiledQuery, compiledWrite, type SlotOf } from './compiled-query.ts';
import type { Transact } from './grouped-transactions.ts';
import { toJson } from './json-column.ts';
import { insertParts, partsId } from './key-parts-row.ts';
import type { Sql, SqlContext } from './metadata-schema.ts';
import { decodeMark, toPage } from './page-mark.ts';
import { startsWith } from './starts-with.ts';
import { putAttempt } from './step-run-queries.ts';
import { changeStepRun } from './step-run-row.ts';
import { sweepOrphans } from './sweep-orphans.ts';

const PAGE = 50;

type CacheQueries = Pick<
  MetadataStore,
  'lookup' | 'claim' | 'renewClaim' | 'releaseClaim' | 'commit' | 'listCache' | 'invalidate'
>;

export const cacheQueries = (context: SqlContext): CacheQueries => {
  const { db, now, capabilities, transact } = context;
  const entryOf = entryOfBy(capabilities.serverClock);
  const clock = (): number | RawBuilder<number> => capabilities.serverClock ?? now();
  return {
    async lookup(key) {
      const { rows } = await entryOf(db, { key, now: now() });
      return rows[0] && fromEntryRow(rows[0]);
    },

    ...claimQueries(context),

    commit: ({ stepRun, change = withoutIds(stepRun), attempt, artifacts, entry, claim, collection }) =>
      orRefused(transact, async (on, refuse) => {
        // Giving the claim back tells in the same breath whether it was still ours, and what entry there is.
        const given = claim && (await giveBack(on, claim));
        if (claim && !given) return false;
        if (change.parts) await insertParts(on, change.parts);
        await changeStepRun(on, stepRun.id, change);
        // After the first write, which a collection that begins waits for.
        if (collection !== undefined && (given?.collection ?? (await collectionNumber(on))) !== collection) refuse();
        if (attempt) await putAttempt(on, attempt);
        await insertArtifacts(on, stepRun, artifacts, stepRun.endedAt ?? now());
        // The step run's own list is there already: it points to it.
        if (entry && entry.parts !== stepRun.parts) await insertParts(on, entry.parts);
        if (entry) await putEntry(on, entry, given ?? (await makerOf(on, entry)).rows[0], clock());
        return true;
      }),

    async listCache(filter = {}) {
      const limit = filter.limit ?? PAGE;
      let entries = selectEntries(db)
        .orderBy('created_at', 'desc')
        .orderBy('key', 'desc')
        .limit(limit + 1);
      for (const condition of conditions(filter)) entries = entries.where(condition);
      if (filter.after !== undefined) {
        const { value, id } = decodeMark(filter.after);
        entries = entries.where((eb) => eb(eb.refTuple('created_at', 'key'), '<', eb.tuple(value, id)));
      }
      const rows = await entries.execute();
      return toPage(rows, limit, { item: fromEntryRow, mark: (row) => ({ value: row.created_at, id: row.key }) });
    },

    invalidate: (filter) =>
      db.transaction().execute(async (on) => {
        let entries = on.deleteFrom('cache_entry').returning(['origin as id', 'origin']);
        for (const condition of conditions(filter)) entries = entries.where(condition);
        const gone = await entries.execute();
        await sweepOrphans(on, gone, clock());
        return gone.length;
      }),
  };
};

function withoutIds({ id: _id, runId: _run, node: _node, ...change }: StepRunRecord): StepRunChange {
  return change;
}

/** Its list of parts is there. @param before the entry that it replaces. @param time when it does. */
async function putEntry(
  on: Sql,
  entry: CacheEntry,
  before: Pick<EntryOrigin, 'origin'> | undefined,
  time: number | RawBuilder<number>,
): Promise<void> {
  const { parts, output, ...rest } = entry;
  await upsertEntry(on, { ...rest, partsId: partsId(parts) ?? NO_PARTS, output: toJson(output) });
  const { origin = null } = before ?? {};
  if (origin !== null && origin !== entry.origin) await sweepOrphans(on, [{ id: origin, origin }], time);
}

const makerOf = compiledQuery((on, slot: SlotOf<Pick<CacheEntry, 'key'>>) =>
  on.selectFrom('cache_entry').select('origin').where('key', '=', slot('key')),
);

type EntryValues = Omit<CacheEntry, 'parts' | 'output'> & { readonly partsId: string; readonly output: string };

const upsertEntry = compiledWrite((on, slot: SlotOf<EntryValues>) => {
  const state = {
    step: slot('step'),
    origin: slot('origin'),
    origin_run: slot('originRun'),
    created_at: slot('createdAt'),
    expires_at: slot('expiresAt'),
    parts_id: slot('partsId'),
    output: slot('output'),
  };
  return on
    .insertInto('cache_entry')
    .values({ key: slot('key'), ...state })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(state));
});

/** One for all, since an error of its own would cost every commit its stack. */
const REFUSAL = new Error('collection');

/** A transaction that may undo itself, because a garbage collection has begun or ended. */
async function orRefused<R>(
  transact: Transact,
  body: (on: Sql, refuse: () => never) => Promise<R>,
): Promise<R | 'collection'> {
  try {
    return await transact((on) =>
      body(on, () => {
        throw REFUSAL;
      }),
    );
  } catch (error) {
    if (error === REFUSAL) return 'collection';
    throw error;
  }
}

function* conditions({ step, run, key, olderThan }: CacheFilter): Generator<RawBuilder<boolean>> {
  if (step !== undefined) yield sql`cache_entry.step = ${step}`;
  if (run !== undefined) yield sql`cache_entry.origin_run = ${run}`;
  if (key !== undefined) yield startsWith('cache_entry.key', key);
  if (olderThan !== undefined) yield sql`cache_entry.created_at < ${olderThan}`;
}
