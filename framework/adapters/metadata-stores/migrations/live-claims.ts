import { liveClaim } from '../live-claim.ts';
import type { Migration } from '../migrations.ts';

/** The few claims that somebody holds, by owner: an executor that ends gives its own back, and must not look through all that were ever made. */
export const indexLiveClaims: Migration = async ({ schema }) => {
  await schema.createIndex('claim_live').on('claim').column('owner').where(liveClaim).execute();
};
