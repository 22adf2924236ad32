import { AUTHORING_ERRORS } from './errors/authoring-errors.ts';
import { COMMAND_ERRORS } from './errors/command-errors.ts';
import type { ErrorRow } from './errors/error-row.ts';
import { PROJECT_ERRORS } from './errors/project-errors.ts';
import { SERVICE_ERRORS } from './errors/service-errors.ts';
import { SOURCE_ERRORS } from './errors/source-errors.ts';
import { STEP_ERRORS } from './errors/step-errors.ts';
import { STORE_ERRORS } from './errors/store-errors.ts';

/**
 * Every error that Sluice raises on purpose: code → message and way out. `ARCHITECTURE.md` lists the same codes; a test holds the two equal.
 * Messages name the value and the place; hints name the way out. Nobody but this file imports the tables of `errors/`.
 */
export const ERRORS = {
  ...AUTHORING_ERRORS,
  ...STEP_ERRORS,
  ...SOURCE_ERRORS,
  ...COMMAND_ERRORS,
  ...STORE_ERRORS,
  ...PROJECT_ERRORS,
  ...SERVICE_ERRORS,
} as const;

export type ErrorCode = keyof typeof ERRORS;
type ArgsOf<C extends ErrorCode> = (typeof ERRORS)[C] extends ErrorRow<infer A> ? A : never;

/** The one error class of Sluice. Tests and callers look at `code`, people read `message` and `hint`. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get exitCode(): 1 | 2 | 130 {
    return ERRORS[this.code].exit;
  }
}

/** Makes the error of one table row. `cause` is kept. */
export function sluiceError<C extends ErrorCode>(code: C, args: ArgsOf<C>, cause?: unknown): SluiceError {
  const { message, hint } = ERRORS[code] as unknown as ErrorRow<ArgsOf<C>>;
  return new SluiceError(code, message(args), hint(args), cause === undefined ? undefined : { cause });
}

/** For steps and pipeline bodies: bad input, said in words. Of a step it is never retried (ERR_INPUT); of a body that plans it refuses the parameters (ERR_PARAMS). */
export function inputError(message: string, hint: string, cause?: unknown): SluiceError {
  return sluiceError('ERR_INPUT', { message, hint }, cause);
}
