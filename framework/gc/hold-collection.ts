import { randomBytes } from 'node:crypto';
import type { MetadataStore } from '../components/metadata-store.ts';
import { sluiceError } from '../errors.ts';
import { createClaimKeeper } from '../executor/claim-keeper.ts';
import { noHeart } from '../executor/heart.ts';
import type { CacheKey } from '../model/key-part.ts';
import { THIS_HOST } from '../this-host.ts';

/** Of the claim to collect garbage, alone of everyone on the store. No step has such a key. */
const COLLECTION_KEY = 'garbage-collection' as CacheKey;
const BEAT_MS = 5000;
/** Half the lease of a claim: who has not been heard of for so long does nothing more, for another collection may have begun. */
const SURE_MS = 30_000;

/** The right to collect, on every machine of the store. */
export interface CollectionHold {
  /** Id under which the collector is registered, as executors are. */
  readonly executor: string;
  /** @throws ERR_STORE_BUSY when the right may have been lost: this process slept. */
  assertHeld(): void;
}

/** Collects alone: waits for another collection to end, or to die. */
export async function holdCollection<R>(store: MetadataStore, body: (hold: CollectionHold) => Promise<R>): Promise<R> {
  const executor = randomBytes(6).toString('hex');
  const claims = createClaimKeeper(executor, store, noHeart);
  await store.registerExecutor({ id: executor, host: THIS_HOST, pid: process.pid, startedAt: Date.now() });
  let heardAt = performance.now();
  let beating = Promise.resolve();
  const beat = async (): Promise<void> => {
    const at = performance.now();
    await store.heartbeat(executor);
    await claims.renewAll();
    heardAt = at;
  };
  const timer = setInterval(() => {
    // One that fails is tried again; when none succeeds for long, `assertHeld` says so.
    beating = beating.then(beat).catch(() => undefined);
  }, BEAT_MS);
  try {
    for (;;) {
      const answer = await claims.claim(COLLECTION_KEY, 'garbage-collection', 'process');
      if (!('claim' in answer)) {
        await claims.whenFree(answer.heldBy, new AbortController().signal);
        continue;
      }
      heardAt = performance.now();
      const assertHeld = (): void => {
        const silentMs = performance.now() - heardAt;
        if (silentMs < SURE_MS) return;
        const reason = `the garbage collection could not say for ${Math.round(silentMs / 1000)} s that it goes on`;
        throw sluiceError('ERR_STORE_BUSY', { store: store.flavor, location: store.location, reason });
      };
      try {
        return await body({ executor, assertHeld });
      } finally {
        await claims.release(answer.claim);
      }
    }
  } finally {
    clearInterval(timer);
    await beating;
    await store.retireExecutor(executor);
  }
}
