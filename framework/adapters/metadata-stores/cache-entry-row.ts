import type { RawBuilder } from 'kysely';
import type { CacheEntry } from '../../components/metadata-store.ts';
import type { CacheKey } from '../../model/key-part.ts';
import { compiledQuery, type SlotOf } from './compiled-query.ts';
import { fromJson, toJson } from './json-column.ts';
import { fromPartsRow, type JoinedParts, PARTS_COLUMNS, partsId } from './key-parts-row.ts';
import type { CacheEntryTable, Sql } from './metadata-schema.ts';

/** Names no row of `key_parts`. */
export const NO_PARTS = '';

export function selectEntries(on: Sql) {
  return on
    .selectFrom('cache_entry')
    .leftJoin('key_parts', 'key_parts.id', 'cache_entry.parts_id')
    .leftJoin('key_parts as key_base', 'key_base.id', 'key_parts.base_id')
    .selectAll('cache_entry')
    .select(PARTS_COLUMNS);
}

/** As a store keeps it whose parts are kept apart. */
export const toEntryRow = (entry: CacheEntry): CacheEntryTable => ({
  key: entry.key,
  step: entry.step,
  origin: entry.origin,
  origin_run: entry.originRun,
  created_at: entry.createdAt,
  expires_at: entry.expiresAt,
  parts_id: partsId(entry.parts) ?? NO_PARTS,
  output: toJson(entry.output),
});

export const fromEntryRow = (row: CacheEntryTable & JoinedParts): CacheEntry => ({
  key: row.key as CacheKey,
  step: row.step,
  origin: row.origin,
  originRun: row.origin_run,
  output: fromJson(row.output),
  parts: fromPartsRow(row),
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});

/** The entry under a key, unless it has expired. @param clock the database's own, where it has one. */
export const entryOfBy = (clock: RawBuilder<number> | undefined) =>
  compiledQuery((on, slot: SlotOf<{ readonly key: CacheKey; readonly now: number }>) =>
    selectEntries(on)
      .where('key', '=', slot('key'))
      .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', clock ?? slot('now'))])),
  );
