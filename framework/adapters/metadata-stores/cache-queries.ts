import { type RawBuilder, sql } from 'kysely';
import type { CacheEntry, CacheFilter, Claim, MetadataStore } from '../../components/metadata-store.ts';
import type { CacheKey } from '../../model/key-part.ts';
import { insertArtifacts } from './artifact-queries.ts';
import { fromJson, toJson } from './json-column.ts';
import type { CacheEntryTable, Sql, SqlContext } from './metadata-schema.ts';
import { decodeMark, toPage } from './page-mark.ts';
import { startsWith } from './starts-with.ts';
import { putAttempt } from './step-run-queries.ts';
import { changedStepRunColumns, insertParts, partsId } from './step-run-row.ts';
import { sweepOrphans } from './sweep-orphans.ts';

const PAGE = 50;

type CacheQueries = Pick<
  MetadataStore,
  'lookup' | 'claim' | 'renewClaim' | 'releaseClaim' | 'commit' | 'listCache' | 'invalidate'
>;

export const cacheQueries = ({ db, now }: SqlContext): CacheQueries => ({
  async lookup(key) {
    const row = await selectEntries(db)
      .where('key', '=', key)
      .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now())]))
      .executeTakeFirst();
    return row && fromEntryRow(row);
  },

  async claim(key, owner, leaseMs) {
    const expires_at = now() + leaseMs;
    // One statement decides, so that of any number of processes one wins, in every database and without a lock of ours.
    const won = await db
      .insertInto('claim')
      .values({ key, owner, fence: 1, expires_at })
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet((eb) => ({ owner, expires_at, fence: eb('claim.fence', '+', 1) }))
          .where('claim.expires_at', '<=', now()),
      )
      .returning('fence')
      .executeTakeFirst();
    if (won) return { claim: { key, owner, fence: won.fence, expiresAt: expires_at } };
    const held = await db.selectFrom('claim').selectAll().where('key', '=', key).executeTakeFirstOrThrow();
    return { heldBy: { key, owner: held.owner, fence: held.fence, expiresAt: held.expires_at } };
  },

  renewClaim: (claim, leaseMs) => setLease(db, claim, now() + leaseMs, 'held'),

  async releaseClaim(claim) {
    await setLease(db, claim, 0);
  },

  commit: ({ stepRun, attempt, artifacts, entry, claim }) =>
    db.transaction().execute(async (on) => {
      // Giving the claim back tells in the same breath whether it was still ours.
      if (claim && !(await setLease(on, claim, 0))) return false;
      const { id, runId: _run, node: _node, ...change } = stepRun;
      await insertParts(on, stepRun.parts);
      await on.updateTable('step_run').set(changedStepRunColumns(change)).where('id', '=', id).execute();
      await putAttempt(on, attempt);
      await insertArtifacts(on, stepRun, artifacts, stepRun.endedAt ?? now());
      if (entry) await putEntry(on, entry);
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
      let entries = on.deleteFrom('cache_entry').returning(['origin as id', 'origin', 'parts_id']);
      for (const condition of conditions(filter)) entries = entries.where(condition);
      const gone = await entries.execute();
      await sweepOrphans(on, gone);
      return gone.length;
    }),
});

/** True when the claim is still the newest for its key: only its holder has owner and fence both. */
async function setLease(on: Sql, claim: Claim, expires_at: number, only?: 'held'): Promise<boolean> {
  const newest = on
    .updateTable('claim')
    .set({ expires_at })
    .where('key', '=', claim.key)
    .where('owner', '=', claim.owner)
    .where('fence', '=', claim.fence);
  // A renewal that comes after the release must not bring the claim back.
  const { numUpdatedRows } = await (only ? newest.where('expires_at', '>', 0) : newest).executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

async function putEntry(on: Sql, entry: CacheEntry): Promise<void> {
  await insertParts(on, entry.parts);
  const before = await on
    .selectFrom('cache_entry')
    .select(['origin as id', 'origin', 'parts_id'])
    .where('key', '=', entry.key)
    .executeTakeFirst();
  const state = {
    step: entry.step,
    origin: entry.origin,
    origin_run: entry.originRun,
    created_at: entry.createdAt,
    expires_at: entry.expiresAt,
    parts_id: partsId(entry.parts) ?? NO_PARTS,
    output: toJson(entry.output),
  };
  await on
    .insertInto('cache_entry')
    .values({ key: entry.key, ...state })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(state))
    .execute();
  if (before && before.origin !== entry.origin) await sweepOrphans(on, [before]);
}

/** Names no row of `key_parts`. */
const NO_PARTS = '';

const selectEntries = (on: Sql) =>
  on
    .selectFrom('cache_entry')
    .leftJoin('key_parts', 'key_parts.id', 'cache_entry.parts_id')
    .selectAll('cache_entry')
    .select('key_parts.parts as parts');

const fromEntryRow = (row: CacheEntryTable & { readonly parts: string | null }): CacheEntry => ({
  key: row.key as CacheKey,
  step: row.step,
  origin: row.origin,
  originRun: row.origin_run,
  output: fromJson(row.output),
  parts: row.parts === null ? [] : fromJson(row.parts),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});

function* conditions({ step, run, key, olderThan }: CacheFilter): Generator<RawBuilder<boolean>> {
  if (step !== undefined) yield sql`cache_entry.step = ${step}`;
  if (run !== undefined) yield sql`cache_entry.origin_run = ${run}`;
  if (key !== undefined) yield startsWith('cache_entry.key', key);
  if (olderThan !== undefined) yield sql`cache_entry.created_at < ${olderThan}`;
}
