import { setImmediate } from 'node:timers/promises';

/** Resolves when whatever else waits for this thread, requests and timers, has had its turn. */
export const nextTurn = (): Promise<void> => setImmediate();
