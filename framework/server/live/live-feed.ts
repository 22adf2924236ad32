import type { MetadataStore, StoreChange } from '../../components/metadata-store.ts';
import type { LiveEvent } from '../api/live-event.ts';

/** What happened, with the mark that a client resumes from. */
export interface MarkedEvent {
  readonly id: string;
  readonly event: LiveEvent;
}

export interface Listener {
  take(event: MarkedEvent): void;
}

/** Tells everyone who listens what the store tells, from one watch of the store however many listen. */
export interface LiveFeed {
  /**
   * Hands over what happened after `lastId`, then what happens. What is too long ago, or was told by another process, is one event "look at
   * everything". Returns what ends it.
   */
  listen(listener: Listener, lastId: string | undefined): () => void;
  readonly listeners: number;
  close(): Promise<void>;
}

/** Events kept for clients that come back. */
const KEPT = 500;
/** States that are told run by run; of more runs at once only the ids. */
const MOST_STATES = 50;

/** Watches the store from now on. @param boot tells this process's marks from those of earlier ones. */
export async function openLiveFeed(
  store: Pick<MetadataStore, 'watch' | 'overviewRun'>,
  { boot, onFault }: { readonly boot: string; readonly onFault: (error: unknown) => void },
): Promise<LiveFeed> {
  const listeners = new Set<Listener>();
  let kept: MarkedEvent[] = [];
  let count = 0;

  const tell = (event: LiveEvent): void => {
    const marked = { id: `${boot}.${++count}`, event };
    kept = [...kept.slice(-KEPT + 1), marked];
    for (const listener of listeners) listener.take(marked);
  };

  const onChange = ({ runs }: StoreChange): void => {
    tell({ event: 'runs', data: { runs } });
    // Nobody would see the states, and each is a query.
    if (runs && listeners.size > 0) tellStates(store, runs.slice(0, MOST_STATES), tell).catch(onFault);
  };
  const unwatch = await store.watch(onChange);

  return {
    listen(listener, lastId) {
      for (const missed of missedSince(lastId, kept, { boot, count })) listener.take(missed);
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get listeners() {
      return listeners.size;
    },
    async close() {
      listeners.clear();
      await unwatch();
    },
  };
}

async function tellStates(
  store: Pick<MetadataStore, 'overviewRun'>,
  runs: readonly string[],
  tell: (event: LiveEvent) => void,
): Promise<void> {
  for (const id of runs) {
    const run = await store.overviewRun(id);
    tell({ event: 'run', data: { id, status: run?.status ?? null } });
  }
}

function missedSince(
  lastId: string | undefined,
  kept: readonly MarkedEvent[],
  { boot, count }: { readonly boot: string; readonly count: number },
): readonly MarkedEvent[] {
  if (lastId === undefined) return [];
  const everything: MarkedEvent = { id: `${boot}.${count}`, event: { event: 'runs', data: { runs: null } } };
  const [theirBoot, last] = lastId.split('.');
  if (theirBoot !== boot || !/^\d+$/.test(last ?? '')) return [everything];
  const missed = count - Number(last);
  if (missed < 0 || missed > kept.length) return [everything];
  return missed === 0 ? [] : kept.slice(-missed);
}
