import type { Client } from 'pg';
import type { StoreChange } from '../../components/metadata-store.ts';
import type { CacheKey } from '../../model/key-part.ts';
import type { ChangeFeed } from './change-feed.ts';
import { keyChannel, runChannel } from './change-triggers.ts';
import { claimHeldBy } from './claim-queries.ts';
import type { SqlContext } from './metadata-schema.ts';
import { pause } from './pause.ts';

/** A lease that runs out is told by nobody, and a dead connection may not know it: who waits looks this often. */
const LOOK_MS = 1000;
/** Writes of a busy run come together. */
const GATHER_MS = 50;
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [100, 2000];

export interface PostgresFeedOptions {
  /** A new connection, outside of the pool, where it would be handed to others. */
  readonly connect: () => Promise<Client>;
  readonly schema: string;
}

/** Postgres calls (LISTEN) on one connection, made when somebody first waits or watches, and made again when it is lost. */
export function postgresFeed({ db, now, capabilities }: SqlContext, options: PostgresFeedOptions): ChangeFeed {
  const holders = claimHeldBy(capabilities.serverClock);
  const closed = new AbortController();
  const waiters = new Map<CacheKey, Set<() => void>>();
  const watchers = new Map<(change: StoreChange) => void, (change: StoreChange) => void>();
  const ears = listener(options, closed.signal, {
    onKey: (key) => wake(waiters.get(key)),
    onRun: (run) => tell({ runs: [run] }),
    onGap: () => {
      for (const some of waiters.values()) wake(some);
      tell({ runs: null });
    },
  });

  const tell = (change: StoreChange): void => {
    for (const gather of watchers.values()) gather(change);
  };

  return {
    async waitForKey(key, timeoutMs, signal) {
      const end = performance.now() + timeoutMs;
      const stop = AbortSignal.any([signal, closed.signal]);
      await ears.listen();
      for (;;) {
        const rung = new AbortController();
        const forget = remember(waiters, key, () => rung.abort());
        try {
          if ((await holders(db, { key, now: now() })).rows.length === 0) return true;
          const left = end - performance.now();
          if (left <= 0) return false;
          await pause(Math.min(left, LOOK_MS), AbortSignal.any([stop, rung.signal]));
          if (stop.aborted) return false;
        } finally {
          forget();
        }
      }
    },
    async watch(listener) {
      await ears.listen();
      const gathered = gather(listener);
      watchers.set(listener, gathered.add);
      return async () => {
        watchers.delete(listener);
        gathered.stop();
      };
    },
    async close() {
      closed.abort();
      watchers.clear();
      await ears.close();
    },
  };
}

const wake = (some: Iterable<() => void> = []): void => {
  for (const one of some) one();
};

function remember(waiters: Map<CacheKey, Set<() => void>>, key: CacheKey, waiter: () => void): () => void {
  const some = waiters.get(key) ?? new Set();
  waiters.set(key, some.add(waiter));
  return () => {
    some.delete(waiter);
    if (some.size === 0) waiters.delete(key);
  };
}

/** Joins what comes in quick succession into one call. */
function gather(listener: (change: StoreChange) => void): { add(change: StoreChange): void; stop(): void } {
  let runs: Set<string> | null = new Set();
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    const change = { runs: runs && [...runs] };
    runs = new Set();
    timer = undefined;
    listener(change);
  };
  return {
    add(change) {
      if (change.runs === null) runs = null;
      for (const run of change.runs ?? []) runs?.add(run);
      timer ??= setTimeout(flush, GATHER_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

interface Hearing {
  onKey(key: CacheKey): void;
  onRun(run: string): void;
  /** Something may have been told while nobody listened. */
  onGap(): void;
}

function listener({ connect, schema }: PostgresFeedOptions, closed: AbortSignal, hearing: Hearing) {
  let client: Client | undefined;
  let opening: Promise<void> | undefined;

  async function open(): Promise<void> {
    const one = await connect();
    one.on('notification', ({ channel, payload = '' }) => {
      if (channel === keyChannel(schema)) hearing.onKey(payload as CacheKey);
      else hearing.onRun(payload);
    });
    one.once('end', () => {
      client = undefined;
      opening = undefined;
      if (!closed.aborted) void reopen();
    });
    await one.query(`listen "${keyChannel(schema)}"; listen "${runChannel(schema)}"`);
    client = one;
    if (closed.aborted) await one.end();
  }

  /** Until it is back: those who wait look by themselves meanwhile. */
  async function reopen(): Promise<void> {
    for (let wait = FIRST_RETRY_MS; !closed.aborted; wait = Math.min(wait * 2, LAST_RETRY_MS)) {
      await pause(wait, closed);
      try {
        await listen();
        return hearing.onGap();
      } catch {
        // The server is away, as every call of the store says too; the next round tries again.
      }
    }
  }

  function listen(): Promise<void> {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  return { listen, close: async () => void (await client?.end()) };
}
