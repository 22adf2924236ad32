import type { MetadataStore } from '../../components/metadata-store.ts';
import { fairTurns } from './fair-turns.ts';
import { pause } from './pause.ts';
import { retryCalls } from './retry-calls.ts';
import { isBusy } from './sqlite-error.ts';

/** Other processes' transactions take a millisecond or so; two that wait don't meet again and again. */
const [FIRST_WAIT_MS, LAST_WAIT_MS] = [5, 50];

/**
 * A store whose database does not wait for others by itself, and whose calls wait here, in no one's way: SQLite's own wait holds up the thread, and with
 * it all that a server has to answer. A call that came too late has done nothing, or what it does again: each is one statement or one transaction, or
 * several that may be repeated. Calls in a row let others have their turn as well.
 */
export function yieldingStore(store: MetadataStore, patienceMs: number): MetadataStore {
  const closing = new AbortController();
  const turn = fairTurns();
  const patient = retryCalls(store, async (call) => {
    await turn();
    const end = performance.now() + patienceMs;
    for (let tries = 1, wait = FIRST_WAIT_MS; ; tries++, wait = Math.min(wait * 2, LAST_WAIT_MS)) {
      try {
        return await call(tries);
      } catch (error) {
        const isHeld = error instanceof Error && (isBusy(error) || isBusy(error.cause));
        if (!isHeld || closing.signal.aborted || performance.now() > end) throw error;
        await pause(wait * (0.5 + Math.random() / 2), closing.signal);
      }
    }
  });
  return Object.freeze({
    ...patient,
    async close() {
      closing.abort();
      await store.close();
    },
  });
}
