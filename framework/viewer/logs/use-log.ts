import { useCallback, useEffect, useRef, useState } from 'react';
import type { LogItem, LogPage } from '../../server/api/log.ts';
import { address, part } from '../client/address.ts';
import { request } from '../client/request.ts';

export interface LogAsked {
  readonly run: string;
  readonly step: string;
  readonly attempt: string;
  readonly level: string;
  readonly search: string;
}

export interface Log {
  readonly items: readonly LogItem[];
  readonly total: number | null;
  readonly hasEarlier: boolean;
  /** Grows by one whenever lines came in front, with how many: who scrolls stays where they are. */
  readonly prepended: { readonly times: number; readonly lines: number };
  readonly isLoading: boolean;
  readonly searchStopped: boolean;
  readonly error: unknown;
}

const LINES_PER_PAGE = 500;
/** So many lines are held; beyond them those at the other end go. */
const MOST_LINES = 40_000;
const FOLLOW_MS = 1500;

const EMPTY: Log = {
  items: [],
  total: null,
  hasEarlier: false,
  prepended: { times: 0, lines: 0 },
  isLoading: true,
  searchStopped: false,
  error: null,
};

/**
 * Lines of a run's log around where one reads: its end first, earlier ones by `loadEarlier`, new ones as they come.
 *
 * @param isLive asks for new lines from time to time
 * @param version whatever changes when the run has changed: asks at once
 */
export function useLog(asked: LogAsked, isLive: boolean, version: number) {
  const [log, setLog] = useState(EMPTY);
  const cursors = useRef<{ previous: string | null; next: string | null }>({ previous: null, next: null });
  const busy = useRef(false);
  const key = JSON.stringify(asked);

  const load = useCallback(
    async (where: 'end' | 'earlier' | 'later', signal?: AbortSignal) => {
      const { run, ...filters } = JSON.parse(key) as LogAsked;
      if (busy.current && where !== 'end') return;
      const { previous, next } = cursors.current;
      if (where === 'earlier' && previous === null) return;
      busy.current = true;
      const cursor = where === 'earlier' ? { before: previous } : where === 'later' && next ? { after: next } : {};
      try {
        const path = address(`/runs/${part(run)}/logs`, { ...filters, ...cursor, limit: LINES_PER_PAGE });
        const page = await request<LogPage>(path, signal ? { signal } : {});
        if (where !== 'later' || !next) cursors.current.previous = page.previous;
        if (where !== 'earlier' && page.next) cursors.current.next = page.next;
        setLog((now) => joined(now, page, where === 'later' && !next ? 'end' : where));
      } catch (error) {
        if (!signal?.aborted) setLog((now) => ({ ...now, isLoading: false, error }));
      } finally {
        if (!signal?.aborted) busy.current = false;
      }
    },
    [key],
  );

  useEffect(() => {
    const stop = new AbortController();
    cursors.current = { previous: null, next: null };
    setLog(EMPTY);
    void load('end', stop.signal);
    return () => stop.abort();
  }, [load]);

  useEffect(() => {
    if (version > 0) void load('later');
    if (!isLive) return;
    const timer = setInterval(() => void load('later'), FOLLOW_MS);
    return () => clearInterval(timer);
  }, [load, isLive, version]);

  const loadEarlier = useCallback(() => void load('earlier'), [load]);
  return { log, loadEarlier };
}

function joined(now: Log, page: LogPage, where: 'end' | 'earlier' | 'later'): Log {
  const common = { total: page.total, isLoading: false, error: null, searchStopped: page.searchStopped };
  if (where === 'end') return { ...EMPTY, ...common, items: page.items, hasEarlier: page.previous !== null };
  if (where === 'earlier') {
    const prepended = { times: now.prepended.times + 1, lines: page.items.length };
    const items = [...page.items, ...now.items].slice(0, MOST_LINES);
    return { ...now, ...common, items, prepended, hasEarlier: page.previous !== null };
  }
  if (page.items.length === 0) return now.error === null ? now : { ...now, error: null };
  const items = [...now.items, ...page.items];
  const cut = Math.max(0, items.length - MOST_LINES);
  return { ...now, ...common, items: items.slice(cut), hasEarlier: now.hasEarlier || cut > 0 };
}
