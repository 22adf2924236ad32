import { useSyncExternalStore } from 'react';
import { serverTime } from '../client/server-clock.ts';

const TICK_MS = 1000;

let timer: ReturnType<typeof setInterval> | undefined;
let tick = Date.now();
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    // Nobody looked for a while.
    tick = Date.now();
    timer = setInterval(() => {
      tick = Date.now();
      for (const each of listeners) each();
    }, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/**
 * What `say` makes of the time: milliseconds since the epoch by the server's clock, one for the whole page, renewed each second. Who uses it is drawn again only when
 * that has changed: of hundreds of ages in sight few do at once.
 */
export const useNow = <Said extends string | number>(say: (now: number) => Said): Said =>
  useSyncExternalStore(subscribe, () => say(serverTime(tick)));
