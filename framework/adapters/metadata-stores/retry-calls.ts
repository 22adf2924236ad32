import type { MetadataStore } from '../../components/metadata-store.ts';
import { pause } from './pause.ts';
import { isStarting, isTransient } from './postgres-error.ts';

/** Longer than the restart of a database server, or of the machine of one. */
const PATIENCE_MS = 60_000;
const [FIRST_WAIT_MS, LAST_WAIT_MS] = [20, 2000];

/** Runs one call until it ends well, or badly for good. */
export type Retry = <T>(call: (tries: number) => Promise<T>) => Promise<T>;

/**
 * Tries again what may go well soon: lost connections, a server that restarts, transactions that got in each other's way. A server that was
 * never reached is given up at once, unless it says that it is starting.
 *
 * @param explain what the caller shall see at the end.
 */
export function createRetry(options: {
  readonly explain: (error: unknown, seconds: number) => unknown;
  readonly closed: AbortSignal;
}): Retry {
  const { explain, closed } = options;
  let wasReached = false;
  return async (call) => {
    let firstFault: number | undefined;
    for (let tries = 1, wait = FIRST_WAIT_MS; ; tries++, wait = Math.min(wait * 2, LAST_WAIT_MS)) {
      try {
        const result = await call(tries);
        wasReached = true;
        return result;
      } catch (error) {
        firstFault ??= performance.now();
        const spent = performance.now() - firstFault;
        const isWorthIt = isTransient(error) && (wasReached || isStarting(error)) && spent < PATIENCE_MS;
        if (!isWorthIt || closed.aborted) throw explain(error, spent / 1000);
        // Not all at the same moment: some of them got in each other's way.
        await pause(wait * (0.5 + Math.random() / 2), closed);
      }
    }
  };
}

/** Not calls of the database, or with a patience of their own. */
const AS_THEY_ARE: ReadonlySet<string> = new Set(['checks', 'watch', 'close'] satisfies (keyof MetadataStore)[]);

/**
 * The store with every method tried again. Each is one statement or one transaction that either is known not to have happened or may be
 * done twice; `claim` alone has to look who holds the key now.
 */
export function retryCalls(store: MetadataStore, retry: Retry): MetadataStore {
  const members = Object.entries(store).map(([name, member]) => {
    if (typeof member !== 'function' || AS_THEY_ARE.has(name)) return [name, member];
    const method = member as (...values: readonly unknown[]) => Promise<unknown>;
    return [name, (...values: readonly unknown[]) => retry(() => method(...values))];
  });
  const claim: MetadataStore['claim'] = (key, owner, leaseMs) =>
    retry(async (tries) => {
      const answer = await store.claim(key, owner, leaseMs);
      // An earlier try that got it, and no answer. Nobody else has this owner's name.
      const isOurs = tries > 1 && 'heldBy' in answer && answer.heldBy.owner === owner;
      return isOurs ? { claim: answer.heldBy } : answer;
    });
  // Every member keeps its own type; no type says so of a mapped object.
  return Object.freeze({ ...(Object.fromEntries(members) as MetadataStore), claim });
}
