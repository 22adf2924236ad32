import { setMaxListeners } from 'node:events';

/** Amounts of named things: `{ step: 1, cpu: 2, memory: 1e9 }`. */
export type Amounts = Readonly<Record<string, number>>;

/** Counting semaphores that are taken together, all or none, so that two holders of halves can't wait for each other. */
export interface Slots {
  /** Waits until all of it is free. A wish above the capacity gets all there is: it runs alone. Returns how to give it back; undefined once closed. */
  take(wish: Amounts): Promise<(() => void) | undefined>;
  /** No one gets anything any more; who waits gets undefined. */
  close(): void;
  /** Aborted by `close`. */
  readonly closed: AbortSignal;
}

/** @param capacity what is there in all; things that it doesn't name are not limited. */
export function createSlots(capacity: Amounts): Slots {
  const free: Record<string, number> = { ...capacity };
  const waiting = new Set<{ readonly needs: Amounts; readonly answer: (give: (() => void) | undefined) => void }>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);

  const fits = (needs: Amounts): boolean => Object.entries(needs).every(([name, amount]) => free[name]! >= amount);
  const change = (needs: Amounts, sign: 1 | -1): void => {
    for (const [name, amount] of Object.entries(needs)) free[name] = free[name]! + sign * amount;
  };

  function grant(needs: Amounts): () => void {
    change(needs, -1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      change(needs, 1);
      // In order of asking; a small wish may pass a big one that doesn't fit yet.
      for (const waiter of waiting) {
        if (!fits(waiter.needs)) continue;
        waiting.delete(waiter);
        waiter.answer(grant(waiter.needs));
      }
    };
  }

  return {
    closed: closing.signal,
    async take(wish) {
      if (closing.signal.aborted) return undefined;
      const needs = Object.fromEntries(
        Object.entries(wish).flatMap(([name, amount]) => {
          const all = capacity[name];
          return all === undefined ? [] : [[name, Math.min(amount, all)]];
        }),
      );
      if (fits(needs)) return grant(needs);
      return new Promise((answer) => waiting.add({ needs, answer }));
    },
    close() {
      closing.abort();
      for (const { answer } of waiting) answer(undefined);
      waiting.clear();
    },
  };
}
