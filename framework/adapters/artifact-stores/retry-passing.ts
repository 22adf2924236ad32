import { setTimeout as sleep } from 'node:timers/promises';
import { PassingFault } from './s3-fault.ts';

/** Milliseconds. */
const [FIRST_WAIT, LONGEST_WAIT] = [100, 5_000];

/**
 * Tries again, with growing and half random waits, as long as what goes wrong passes by itself (`PassingFault`); another try begins at most
 * `forMs` after the first failure. What else is thrown, or comes last, is thrown on.
 */
export async function retryPassing<T>(work: () => Promise<T>, { forMs }: { readonly forMs: number }): Promise<T> {
  let failedAt: number | undefined;
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      return await work();
    } catch (error) {
      // A monotonic clock: what a test, or NTP, does to the time of day is nothing to a wait.
      failedAt ??= performance.now();
      const pause = wait * (0.5 + Math.random() / 2);
      if (!(error instanceof PassingFault) || performance.now() + pause - failedAt > forMs) throw error;
      await sleep(pause);
    }
  }
}
