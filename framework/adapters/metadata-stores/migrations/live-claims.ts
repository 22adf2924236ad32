import { sql } from 'kysely';
import type { Migration } from '../migrations.ts';

/** The few claims that somebody holds, by owner: an executor that ends gives its own back, and must not look through all that were ever made. */
export const indexLiveClaims: Migration = async ({ schema }) => {
  await schema.createIndex('claim_live').on('claim').column('owner').where(sql<boolean>`expires_at > 0`).execute();
};
