import type { StoredError } from '../model/run.ts';

/**
 * What a call of a step rejects with in the body of a dynamic pipeline, when the step has failed for good. It says what the record says: what was
 * thrown may have stayed in a process of its own. A body that catches it goes on, and the run can still succeed.
 *
 * @example
 * try { return await steps.train(data); } catch (error) {
 *   if (error instanceof StepFailure && error.step === 'train') return steps.fallBack(data);
 *   throw error;
 * }
 */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  /** `ERR_STEP_FAILED`, `ERR_STEP_TIMEOUT` … */
  readonly code: string;
  constructor(
    /** Name of the step. */
    readonly step: string,
    /** The call, as `sluice runs show` lists it. */
    readonly node: string,
    readonly stored: StoredError,
  ) {
    super(stored.message);
    this.code = stored.code;
    if (stored.stack !== undefined) this.stack = `${this.name}: ${stored.message}\n${stored.stack}`;
  }
}
