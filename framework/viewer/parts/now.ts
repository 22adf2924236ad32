import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { infoQuery } from '../client/queries.ts';

const TICK_MS = 1000;

let timer: ReturnType<typeof setInterval> | undefined;
let tick = Date.now();
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Milliseconds since the epoch by the server's clock, renewed each second: one clock for the whole page. */
export function useNow(): number {
  const now = useSyncExternalStore(subscribe, () => tick);
  const { data, dataUpdatedAt } = useQuery(infoQuery);
  return data ? now + (data.now - dataUpdatedAt) : now;
}
