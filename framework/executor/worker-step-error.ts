import type { StoredError } from '../model/run.ts';

/** What a step threw in its worker process. The error object stayed there; whether `retryOn` takes it was asked there. */
export class WorkerStepError extends Error {
  override readonly name = 'WorkerStepError';
  constructor(
    readonly stored: StoredError,
    readonly mayRetry: boolean,
  ) {
    super(stored.message);
  }
}
