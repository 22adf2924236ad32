import type { Migration } from '../migrations.ts';

/**
 * A claim's row goes when it is given back, so that there are as few as steps under way: one page, which all of them share, where each step wrote
 * to a page of its own and to one of the index of those in use. What tells one taking from another (`fence`) is a number of its own now, and needs no row.
 */
export const briefClaims: Migration = async (db, { tellGivenBack }) => {
  await db.schema.dropIndex('claim_live').execute();
  await db.deleteFrom('claim').where('expires_at', '=', 0).execute();
  await tellGivenBack?.(db);
};
