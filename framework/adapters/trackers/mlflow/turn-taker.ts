import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { MetadataStore } from '../../../components/metadata-store.ts';
import { sha256 } from '../../../hashing/digest.ts';
import type { CacheKey } from '../../../model/key-part.ts';
import { MlflowError } from './mlflow-error.ts';

/** Longer than making a run takes; who died with the claim holds nobody up for longer. */
const CLAIM_MS = 30_000;
const PAUSE_MS = 100;
const TRIES = 50;

/**
 * Does things of one name one at a time, on all machines that share the metadata store: two that deliver for one run must not both make it.
 * @throws MlflowError `busy` when it is never our turn.
 */
export const turnTaker =
  (options: { readonly metadataStore: Pick<MetadataStore, 'claim' | 'releaseClaim'>; readonly name: string }) =>
  async <T>(body: () => Promise<T>): Promise<T> => {
    const { metadataStore: store, name } = options;
    const key = sha256(name) as CacheKey;
    const owner = `tracker/${randomBytes(6).toString('hex')}`;
    for (let tries = 0; tries < TRIES; tries++) {
      const taken = await store.claim(key, owner, CLAIM_MS);
      if ('heldBy' in taken) {
        await pause(PAUSE_MS);
        continue;
      }
      try {
        return await body();
      } finally {
        await store.releaseClaim(taken.claim);
      }
    }
    throw new MlflowError('busy', 'other processes are making runs there');
  };
