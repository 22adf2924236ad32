import { describe, expect, it } from 'vitest';
import type { StoreChange } from '../../../framework/components/metadata-store.ts';
import { eventStream } from '../../../framework/server/live/event-stream.ts';
import { type LiveFeed, type MarkedEvent, openLiveFeed } from '../../../framework/server/live/live-feed.ts';

/** A store whose changes the test tells. */
async function openFeed(): Promise<{
  feed: LiveFeed;
  change(change: StoreChange): Promise<void>;
  watches: () => number;
}> {
  let listener: ((change: StoreChange) => void) | undefined;
  let watches = 0;
  const feed = await openLiveFeed(
    {
      watch: async (one) => {
        watches++;
        listener = one;
        return async () => void watches--;
      },
      overviewRun: async (id) => (id === 'gone' ? undefined : ({ id, status: 'running' } as never)),
    },
    {
      boot: 'b1',
      onFault: (error) => {
        throw error;
      },
    },
  );
  return {
    feed,
    watches: () => watches,
    change: async (change) => {
      listener?.(change);
      // The states of the runs are asked for one after the other.
      for (let i = 0; i < 10; i++) await Promise.resolve();
    },
  };
}

function collect(feed: LiveFeed, lastId?: string): { events: MarkedEvent[]; stop: () => void } {
  const events: MarkedEvent[] = [];
  return { events, stop: feed.listen({ take: (event) => events.push(event) }, lastId) };
}

const said = (events: readonly MarkedEvent[]): readonly unknown[] => events.map(({ event }) => event.data);

describe('the live feed', () => {
  it('tells everyone from one watch, with the states of the runs', async () => {
    const { feed, change, watches } = await openFeed();
    const all = [collect(feed), collect(feed)];
    await change({ runs: ['a', 'gone'] });
    for (const { events } of all) {
      expect(said(events)).toEqual([
        { runs: ['a', 'gone'] },
        { id: 'a', status: 'running' },
        { id: 'gone', status: null },
      ]);
    }
    all[0]?.stop();
    await change({ runs: null });
    expect(all.map(({ events }) => events.length)).toEqual([3, 4]);
    expect([feed.listeners, watches()]).toEqual([1, 1]);
    await feed.close();
    expect([feed.listeners, watches()]).toEqual([0, 0]);
  });

  it('goes on where a client left off, and has it look at everything when that is too long ago', async () => {
    const { feed, change } = await openFeed();
    const { events, stop } = collect(feed);
    await change({ runs: null });
    stop();
    for (let i = 0; i < 3; i++) await change({ runs: [`r${i}`] });
    expect(said(collect(feed, events.at(-1)?.id).events)).toEqual([
      { runs: ['r0'] },
      { runs: ['r1'] },
      { runs: ['r2'] },
    ]);
    for (const lost of ['b0.1', 'b1.99', 'nonsense', 'b1.-1']) {
      expect(said(collect(feed, lost).events), lost).toEqual([{ runs: null }]);
    }
    for (let i = 0; i < 600; i++) await change({ runs: null });
    expect(said(collect(feed, events.at(-1)?.id).events)).toEqual([{ runs: null }]);
    expect(collect(feed).events).toEqual([]);
  });
});

describe('an event stream', () => {
  it('sends what happens as it happens, and lets go when the client goes', async () => {
    const { feed, change } = await openFeed();
    const reader = eventStream(feed, { lastId: undefined }).getReader();
    const read = async () => new TextDecoder().decode((await reader.read()).value);
    expect(await read()).toBe('retry: 1000\n: ping\n\n');
    await change({ runs: null });
    expect(await read()).toBe('id: b1.1\nevent: runs\ndata: {"runs":null}\n\n');
    expect(feed.listeners).toBe(1);
    await reader.cancel();
    expect(feed.listeners).toBe(0);
  });

  it('cuts off a client that does not read, without forgetting the others', async () => {
    const { feed, change } = await openFeed();
    const deaf = eventStream(feed, { lastId: undefined });
    const { events } = collect(feed);
    const runs = Array.from({ length: 5000 }, (_, i) => `run-${i}`);
    for (let i = 0; i < 10; i++) await change({ runs: i % 2 ? [] : runs });
    expect(feed.listeners).toBe(1);
    expect(events.length).toBeGreaterThan(9);
    await expect(deaf.getReader().read()).rejects.toThrow('does not read');
  });

  it('leaves nothing behind of a thousand clients', async () => {
    const { feed, change } = await openFeed();
    const readers = Array.from({ length: 1000 }, () => eventStream(feed, { lastId: 'b0.1' }).getReader());
    await change({ runs: ['a'] });
    expect(feed.listeners).toBe(1000);
    for (const reader of readers) await reader.cancel();
    expect(feed.listeners).toBe(0);
  });
});
