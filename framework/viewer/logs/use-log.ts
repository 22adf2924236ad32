import { useCallback, useEffect, useRef, useState } from 'react';
import type { LogPage } from '../../server/api/log.ts';
import { earlyBody, takeEarly } from '../client/early.ts';
import { request } from '../client/request.ts';
import { EMPTY_LOG, joinLog, type Log } from './join-log.ts';
import { type LogAsked, logAddress } from './log-address.ts';

const FOLLOW_MS = 1500;

/** The end of a log, or nothing yet. */
const startOf = (page: LogPage | undefined): Log => (page ? joinLog(EMPTY_LOG, page, 'end') : EMPTY_LOG);

/**
 * Lines of a run's log around where one reads: its end first, earlier ones by `loadEarlier`, new ones as they come.
 *
 * @param isLive asks for new lines from time to time
 * @param version whatever changes when the run has changed: asks at once
 */
export function useLog(asked: LogAsked, isLive: boolean, version: number) {
  const [log, setLog] = useState(() => startOf(earlyBody(logAddress(asked))));
  const cursors = useRef<{ previous: string | null; next: string | null }>({ previous: null, next: null });
  const busy = useRef(false);
  /** What is asked for now: answers to anything else come too late. */
  const asking = useRef('');
  const seen = useRef(version);
  const key = JSON.stringify(asked);

  const load = useCallback(
    async (where: 'end' | 'earlier' | 'later', signal?: AbortSignal) => {
      if (busy.current && where !== 'end') return;
      const { previous, next } = cursors.current;
      if (where === 'earlier' && previous === null) return;
      busy.current = true;
      const cursor = where === 'earlier' ? { before: previous } : where === 'later' && next ? { after: next } : {};
      try {
        const path = logAddress(JSON.parse(key) as LogAsked, cursor);
        const page = await request<LogPage>(path, signal ? { signal } : {});
        if (asking.current !== key) return;
        if (where !== 'later' || !next) cursors.current.previous = page.previous;
        if (where !== 'earlier' && page.next) cursors.current.next = page.next;
        setLog((now) => joinLog(now, page, where === 'later' && !next ? 'end' : where));
      } catch (error) {
        if (asking.current === key && !signal?.aborted) setLog((now) => ({ ...now, isLoading: false, error }));
      } finally {
        if (asking.current === key && !signal?.aborted) busy.current = false;
      }
    },
    [key],
  );

  useEffect(() => {
    const stop = new AbortController();
    asking.current = key;
    const path = logAddress(JSON.parse(key) as LogAsked);
    const page = earlyBody<LogPage>(path);
    cursors.current = { previous: page?.previous ?? null, next: page?.next ?? null };
    // What the first drawing has already is not drawn again.
    setLog((now) => (page && now.items === page.items ? now : startOf(page)));
    if (page) {
      busy.current = false;
      void takeEarly(path);
    } else void load('end', stop.signal);
    return () => stop.abort();
  }, [load, key]);

  useEffect(() => {
    if (version !== seen.current) void load('later');
    seen.current = version;
    if (!isLive) return;
    const timer = setInterval(() => void load('later'), FOLLOW_MS);
    return () => clearInterval(timer);
  }, [load, isLive, version]);

  const loadEarlier = useCallback(() => void load('earlier'), [load]);
  return { log, loadEarlier };
}
