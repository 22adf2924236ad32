import type { MetadataStore } from '../../components/metadata-store.ts';
import { claimHeldBy } from './claim-queries.ts';
import type { SqlContext } from './metadata-schema.ts';
import { pause } from './pause.ts';

/** A look takes some 10 µs where the database is a file; most waits are for steps of seconds. */
const [FIRST_LOOK_MS, LAST_LOOK_MS] = [10, 250];

/** Waits for a key by looking at its claim, for databases that can't call. */
export function pollForKey({ db, now, capabilities }: SqlContext): MetadataStore['waitForKey'] {
  const holders = claimHeldBy(capabilities.serverClock);
  return async (key, timeoutMs, signal) => {
    const end = performance.now() + timeoutMs;
    for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 1.5, LAST_LOOK_MS)) {
      if ((await holders(db, { key, now: now() })).rows.length === 0) return true;
      const left = end - performance.now();
      if (left <= 0) return false;
      await pause(Math.min(wait, left), signal);
      // Aborted may mean closed.
      if (signal.aborted) return false;
    }
  };
}
