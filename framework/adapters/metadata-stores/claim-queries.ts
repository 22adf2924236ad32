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
        const taken = await takeClaim(db, { key, owner, leaseMs, now: now() });
        if (taken) return { claim: taken.claim };
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
 * @returns undefined when it was taken over or given back.
 */
export async function giveBack(on: Sql, claim: Claim): Promise<EntryOrigin | undefined> {
  const [given] = (await endLease(on, claim)).rows;
  return given;
}

interface Lease extends Claim {
  readonly leaseMs: number;
}

interface Taking extends Lease {
  readonly now: number;
}

/** As many as an integer column of every database has room for. */
const FENCES = 2 ** 31;

/**
 * Takes a key that is free or whose lease has run out: undefined when somebody has it. The fence is drawn at random, so that one taking is told from
 * every other one, earlier and later, of the same owner too, though no row of them is kept.
 *
 * One statement decides, so that of any number of processes one wins, in every database and without a lock of ours.
 *
 * @param seesEntry it says, too, whose entry the key has: for a database with one writer at a time. Elsewhere what a statement sees of other tables is
 * as old as its beginning, and it may have waited for the one that put the entry there.
 */
export function takeClaimBy(clock: ServerClock, seesEntry = false) {
  const take = compiledQuery((on, slot: SlotOf<Taking>) => {
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
  return async (on: Sql, { key, owner, leaseMs, now }: Omit<Taking, 'fence' | 'expiresAt'>) => {
    const fence = randomInt(FENCES);
    const [won] = (await take(on, { key, owner, fence, leaseMs, expiresAt: now + leaseMs, now })).rows;
    return won && { claim: { key, owner, fence, expiresAt: won.expires_at }, origin: won.origin };
  };
}

const renewLeaseBy = (clock: ServerClock) =>
  compiledQuery((on, slot: SlotOf<Lease>) =>
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
