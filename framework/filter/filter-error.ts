import { ERRORS, SluiceError } from '../errors.ts';

export interface FilterProblem {
  readonly message: string;
  readonly hint: string;
  /** Where in the text, in characters. */
  readonly at: number;
  readonly length: number;
}

/** A filter that is not understood, with the place: whoever shows it can point there. */
export class FilterError extends SluiceError {
  readonly at: number;
  readonly length: number;
  constructor(text: string, { message, hint, at, length }: FilterProblem) {
    super('ERR_FILTER', ERRORS.ERR_FILTER.message({ text, problem: message, at, fix: hint }), hint);
    this.at = at;
    this.length = length;
  }
}
