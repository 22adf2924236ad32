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

interface Waiter {
  /** Growing with the order of asking. */
  readonly turn: number;
  readonly answer: (give: (() => void) | undefined) => void;
  behind?: Waiter;
}

/**
 * Those who wait for the very same amounts, in the order of asking. Ten thousand ready steps are one or two such lines; a set of them would look
 * past all that have gone to find the first.
 */
interface Line {
  readonly needs: Amounts;
  first?: Waiter | undefined;
  last?: Waiter;
}

/**
 * @param own what is there in all; things that neither names are not limited.
 * @param machine the same of the machine, looked up when somebody first wishes for it.
 */
export function createSlots(own: Amounts, machine: Amounts = {}): Slots {
  const capacity: Record<string, number | undefined> = { ...own };
  const free: Record<string, number> = { ...own };
  const lines = new Map<string, Line>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  let turns = 0;

  function capacityOf(name: string): number | undefined {
    if (capacity[name] === undefined && machine[name] !== undefined) {
      capacity[name] = machine[name];
      free[name] = capacity[name];
    }
    return capacity[name];
  }
  function fits(needs: Amounts): boolean {
    for (const name in needs) if (free[name]! < needs[name]!) return false;
    return true;
  }
  function change(needs: Amounts, sign: 1 | -1): void {
    for (const name in needs) free[name] = free[name]! + sign * needs[name]!;
  }

  function grant(needs: Amounts): () => void {
    change(needs, -1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      change(needs, 1);
      for (let next = firstThatFits(); next; next = firstThatFits()) {
        next.line.first = next.waiter.behind;
        next.waiter.answer(grant(next.line.needs));
      }
    };
  }

  /** In order of asking; a small wish may pass a big one that doesn't fit yet. */
  function firstThatFits(): { readonly line: Line; readonly waiter: Waiter } | undefined {
    let first: { readonly line: Line; readonly waiter: Waiter } | undefined;
    for (const line of lines.values()) {
      const waiter = line.first;
      if (waiter && fits(line.needs) && (!first || waiter.turn < first.waiter.turn)) first = { line, waiter };
    }
    return first;
  }

  /** What of a wish is limited here, and no more of it than there is. */
  function limited(wish: Amounts): Amounts {
    const needs: Record<string, number> = {};
    for (const name in wish) {
      const all = capacityOf(name);
      if (all !== undefined) needs[name] = Math.min(wish[name]!, all);
    }
    return needs;
  }

  function wait(needs: Amounts): Promise<(() => void) | undefined> {
    const id = JSON.stringify(needs);
    const line = lines.get(id) ?? { needs };
    lines.set(id, line);
    return new Promise((answer) => {
      const waiter = { turn: turns++, answer };
      if (line.first && line.last) line.last.behind = waiter;
      else line.first = waiter;
      line.last = waiter;
    });
  }

  return {
    closed: closing.signal,
    async take(wish) {
      if (closing.signal.aborted) return undefined;
      const needs = limited(wish);
      return fits(needs) ? grant(needs) : wait(needs);
    },
    close() {
      closing.abort();
      for (const { first } of lines.values()) for (let one = first; one; one = one.behind) one.answer(undefined);
      lines.clear();
    },
  };
}
