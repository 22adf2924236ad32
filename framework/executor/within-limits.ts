import { SluiceError, sluiceError } from '../errors.ts';
import type { Duration } from '../model/step-definition.ts';
import type { Cancellation, Grace } from './cancellation.ts';
import { durationMs } from './duration-ms.ts';

export interface LimitOptions {
  readonly step: string;
  readonly timeout: Duration | undefined;
  readonly cancellation: Cancellation;
  readonly grace: Grace;
  /** False for a body that ends by itself when it must, because its process is killed. */
  readonly givesUp: boolean;
  /** Whether the body has taken its signal. */
  readonly listens: () => boolean;
}

/**
 * Runs one attempt until it ends, its time is up, or the run is cancelled. Its signal is aborted first; a body in this process that goes
 * on is given up after the grace, and whatever it returns later is dropped: JavaScript has no way to stop it.
 * A body that ends well although it was cancelled has ended well.
 *
 * @param body given a second signal, aborted when it is given up: what it would still do with its result is not to be done.
 * @throws ERR_STEP_TIMEOUT, ERR_CANCELLED, and whatever the body throws.
 */
export async function withinLimits<T>(
  options: LimitOptions,
  body: (signal: AbortSignal, dropped: AbortSignal) => Promise<T>,
): Promise<T> {
  const { step, timeout, cancellation, grace, givesUp, listens } = options;
  const cancelled = (): SluiceError => sluiceError('ERR_CANCELLED', { what: `Step ${step}` });
  if (cancellation.graceful.aborted) throw cancelled();
  const controller = new AbortController();
  const dropped = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  let giveUp: (reason: unknown) => void = () => {};
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = (reason) => {
      dropped.abort(reason);
      reject(reason);
    };
  });

  const stop = (reason: SluiceError, graceMs: number): void => {
    if (controller.signal.aborted) return;
    controller.abort(reason);
    if (givesUp) timers.push(setTimeout(() => giveUp(reason), listens() ? graceMs : Math.min(graceMs, grace.deafMs)));
  };
  const deafen = cancellation.hear((how) => {
    if (how === 'graceful') stop(cancelled(), grace.abortMs);
    else if (givesUp) giveUp(cancelled());
  });
  if (timeout !== undefined) {
    const late = (): void =>
      stop(sluiceError('ERR_STEP_TIMEOUT', { step, timeout: saidDuration(timeout) }), grace.timeoutMs);
    timers.push(setTimeout(late, durationMs(timeout)));
  }
  try {
    const value = await Promise.race([body(controller.signal, dropped.signal), givenUp]);
    if (isTimeout(controller.signal.reason)) throw controller.signal.reason;
    return value;
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    deafen();
  }
}

const isTimeout = (reason: unknown): boolean => reason instanceof SluiceError && reason.code === 'ERR_STEP_TIMEOUT';

export const saidDuration = (duration: Duration): string =>
  typeof duration === 'number' ? `${duration} ms` : duration;
