import { SluiceError } from '../errors.ts';
import type { RetryOptions } from '../model/step-definition.ts';
import { durationMs } from './duration-ms.ts';
import { WorkerStepError } from './worker-step-error.ts';

/** Trying again can't help: the input is bad, or a person wants it to end. */
const NEVER = new Set(['ERR_CANCELLED', 'ERR_INPUT', 'ERR_UNENCODABLE', 'ERR_FILE_NOT_FOUND', 'ERR_PARAMS']);

/** Whether an attempt that ended so is tried again. */
export function isRetried(error: unknown, attempt: number, retry: RetryOptions | undefined): boolean {
  return attempt < (retry?.attempts ?? 1) && mayRetry(error, retry);
}

/** The same without counting: what a worker process can tell its parent, since only it has the real error object. */
export function mayRetry(error: unknown, retry: RetryOptions | undefined): boolean {
  if (error instanceof WorkerStepError) return error.mayRetry;
  if (error instanceof SluiceError && NEVER.has(error.code)) return false;
  return retry?.retryOn?.(error) ?? true;
}

/**
 * Milliseconds to wait after `attempt` (from 1) has failed: the backoff, doubled for each attempt before, at most `cap`,
 * of which a share of `jitter` is random so that steps which failed together don't come back together.
 */
export function retryDelay(attempt: number, retry: RetryOptions, random: () => number = Math.random): number {
  const full = Math.min(durationMs(retry.backoff ?? '1s') * 2 ** (attempt - 1), durationMs(retry.cap ?? '1m'));
  const jitter = retry.jitter ?? 0.2;
  return Math.round(full * (1 - jitter * random()));
}
