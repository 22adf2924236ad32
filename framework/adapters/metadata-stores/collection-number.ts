import type { Sql } from './metadata-schema.ts';

/** Key of the one row of `collection`. */
export const COLLECTION_ROW = 1;

/** Odd while a garbage collection removes things. */
export async function collectionNumber(on: Sql): Promise<number> {
  const row = await on
    .selectFrom('collection')
    .select('number')
    .where('id', '=', COLLECTION_ROW)
    .executeTakeFirstOrThrow();
  return row.number;
}
