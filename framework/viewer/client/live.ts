import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import type { LiveEvent } from '../../server/api/live-event.ts';
import type { RunPage } from '../../server/api/run.ts';
import { address } from './address.ts';
import { RUNS_PER_PAGE } from './queries.ts';
import { request } from './request.ts';
import { withNewest } from './with-newest.ts';

export type LiveState = 'connecting' | 'open' | 'closed';
type Told = Extract<LiveEvent, { event: 'run' }>['data'];

/** So much time passes at least between two looks at what keeps changing. */
const PAUSE_MS = 400;

let state: LiveState = 'connecting';
const listeners = new Set<() => void>();
const become = (next: LiveState): void => {
  state = next;
  for (const listener of listeners) listener();
};

/** Whether what is on the page is told of changes. */
export const useLiveState = (): LiveState =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );

type Pages = InfiniteData<RunPage, string>;

/** Asks for the beginning of every list on the page, and for all of those that are no longer than that. */
async function renewLists(client: QueryClient): Promise<void> {
  const lists = client.getQueryCache().findAll({ queryKey: ['runs', 'list'], type: 'active' });
  for (const { queryKey, state: known } of lists) {
    const pages = known.data as Pages | undefined;
    if (!pages || pages.pages.length < 2) {
      await client.invalidateQueries({ queryKey });
      continue;
    }
    const [, , filter, sort] = queryKey as readonly string[];
    const newest = await request<RunPage>(address('/runs', { filter, sort, limit: RUNS_PER_PAGE }));
    client.setQueryData<Pages>(queryKey, (now) => (now ? withNewest(now, newest) : now));
  }
}

/** Runs `job` soon, and not again before it has ended and a pause has passed. */
function paced(job: () => Promise<unknown>): { readonly ask: () => void; readonly end: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let again = false;
  const begin = (): void => {
    timer = undefined;
    busy = true;
    void job()
      .catch(() => become('closed'))
      .finally(() => {
        busy = false;
        if (!again) return;
        again = false;
        timer = setTimeout(begin, PAUSE_MS);
      });
  };
  const ask = (): void => {
    if (busy) again = true;
    else timer ??= setTimeout(begin, PAUSE_MS / 4);
  };
  return { ask, end: () => clearTimeout(timer) };
}

/** Listens to the server for as long as the page is open, and asks again for what changed. Once, in the shell. */
export function useLive(): void {
  const client = useQueryClient();
  useEffect(() => {
    const changed = new Set<string>();
    const lists = paced(async () => {
      await renewLists(client);
      await client.invalidateQueries({ queryKey: ['runs'], predicate: ({ queryKey }) => queryKey[1] !== 'list' });
    });
    const runs = paced(async () => {
      const ids = [...changed];
      changed.clear();
      await Promise.all(ids.map((id) => client.invalidateQueries({ queryKey: ['run', id] })));
    });
    const events = new EventSource('/api/events');
    const note = (ids: readonly string[] | null): void => {
      lists.ask();
      if (ids === null) void client.invalidateQueries({ queryKey: ['run'] });
      for (const id of ids ?? []) changed.add(id);
      if (changed.size > 0) runs.ask();
    };
    events.addEventListener('open', () => become('open'));
    events.addEventListener('error', () => become('closed'));
    events.addEventListener('runs', ({ data }: MessageEvent<string>) => {
      note((JSON.parse(data) as { runs: readonly string[] | null }).runs);
    });
    events.addEventListener('run', ({ data }: MessageEvent<string>) => {
      const { id, status } = JSON.parse(data) as Told;
      if (status !== null) note([id]);
      else void client.invalidateQueries({ queryKey: ['runs'] });
    });
    return () => {
      events.close();
      lists.end();
      runs.end();
    };
  }, [client]);
}
