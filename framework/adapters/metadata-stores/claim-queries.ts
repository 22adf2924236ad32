import { randomInt } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Claim, MetadataStore } from '../../components/metadata-store.ts';
import type { CacheKey } from '../../model/key-part.ts';
import { COLLECTION_ROW } from './collection-number.ts';
import { compiledQuery, type SlotOf } from './compiled-query.ts';
import type { Sql, SqlContext } from './metadata-schema.ts';

type ClaimQueries = Pick<MetadataStore, 'claim' | 'renewClaim' | 'releaseClaim'>;

/** Milliseconds since the epoch, as the database knows them; undefined where times are values that we bring. */
type ServerClock = RawBuilder<number> | undefined;

export const claimQueries = ({ db, now, capabilities: { serverClock } }: SqlContext): ClaimQueries => {
  const takeClaim = takeClaimBy(serverClock);
  const renewLease = renewLeaseBy(serverClock);
  return {
    async claim(key, owner, leaseMs) {
      for (;;) {
        const time = now();
        const fence = newFence();
        const [won] = (await takeClaim(db, { key, owner, leaseMs, expiresAt: time + leaseMs, now: time, fence })).rows;
        if (won) return { claim: { key, owner, fence, expiresAt: won.expires_at } };
        const heldBy = await holderOf(db, key);
        if (heldBy) return { heldBy };
      }
    },

    async renewClaim(claim, leaseMs) {
      const { numAffectedRows } = await renewLease(db, { ...claim, leaseMs, expiresAt: now() + leaseMs });
      return numAffectedRows === 1n;
    },

    async releaseClaim(claim) {
      await giveBack(db, claim);
    },
  };
};

/** Whether somebody holds the key now: who waits asks it again and again. */
export const claimHeldBy = (clock: ServerClock) =>
  compiledQuery((on, slot: SlotOf<{ readonly key: CacheKey; readonly now: number }>) =>
    on
      .selectFrom('claim')
      .select('fence')
      .where('key', '=', slot('key'))
      .where('expires_at', '>', clock ?? slot('now')),
  );

/** Undefined when it was given back since one asked for it: one may ask again. */
export async function holderOf(on: Sql, key: CacheKey): Promise<Claim | undefined> {
  const held = await on.selectFrom('claim').selectAll().where('key', '=', key).executeTakeFirst();
  return held && { key, owner: held.owner, fence: held.fence, expiresAt: held.expires_at };
}

const FENCES = 2 ** 31;
/** One taking of a key is told from every other one, earlier and later, of the same owner too, though no row of them is kept. */
export const newFence = (): number => randomInt(FENCES);

/** Where the entry under a key comes from. */
export interface EntryOrigin {
  readonly origin: string | null;
  /** Number of the newest garbage collection. */
  readonly collection: number | null;
}

/**
 * Frees the key, if the claim still stands: only its holder has owner and fence both. Says what entry the key has, because who
 * frees it is about to put another one there, and would have to ask.
 *
 * @returns undefined when it was taken over.
 */
export async function giveBack(on: Sql, claim: Claim): Promise<EntryOrigin | undefined> {
  const [given] = (await endLease(on, claim)).rows;
  return given;
}

interface Lease extends Omit<Claim, 'fence'> {
  readonly leaseMs: number;
}

/**
 * One statement decides, so that of any number of processes one wins, in every database and without a lock of ours.
 *
 * @param seesEntry it says, too, whose entry the key has: for a database with one writer at a time. Elsewhere what a statement sees of other tables is
 * as old as its beginning, and it may have waited for the one that put the entry there.
 */
export const takeClaimBy = (clock: ServerClock, seesEntry = false) =>
  compiledQuery((on, slot: SlotOf<Claim & Lease & { readonly now: number }>) => {
    const expiresAt = endOfLease(clock, slot);
    const origin = seesEntry
      ? on.selectFrom('cache_entry').select('origin').where('key', '=', slot('key'))
      : sql<string | null>`null`;
    return on
      .insertInto('claim')
      .values({ key: slot('key'), owner: slot('owner'), fence: slot('fence'), expires_at: expiresAt })
      .onConflict((conflict) =>
        conflict
          .column('key')
          .doUpdateSet({ owner: slot('owner'), expires_at: expiresAt, fence: slot('fence') })
          .where('claim.expires_at', '<=', clock ?? slot('now')),
      )
      .returning(['expires_at', origin.as('origin')]);
  });

/** A renewal that comes after the release must not bring the claim back. */
const renewLeaseBy = (clock: ServerClock) =>
  compiledQuery((on, slot: SlotOf<Claim & Lease>) =>
    on
      .updateTable('claim')
      .set({ expires_at: endOfLease(clock, slot) })
      .where('key', '=', slot('key'))
      .where('owner', '=', slot('owner'))
      .where('fence', '=', slot('fence')),
  );

const endLease = compiledQuery((on, slot: SlotOf<Claim>) =>
  on
    .deleteFrom('claim')
    .where('key', '=', slot('key'))
    .where('owner', '=', slot('owner'))
    .where('fence', '=', slot('fence'))
    .returning(({ selectFrom }) => {
      const entry = selectFrom('cache_entry').where('key', '=', slot('key'));
      const collection = selectFrom('collection').select('number').where('id', '=', COLLECTION_ROW);
      return [entry.select('origin').as('origin'), collection.as('collection')];
    }),
);

const endOfLease = (clock: ServerClock, slot: SlotOf<Lease>): number | RawBuilder<number> =>
  clock ? sql<number>`${clock} + ${slot('leaseMs')}` : slot('expiresAt');
