import { errorRow } from './error-row.ts';

/** What is typed: command lines, filters, `--config` files, references to what isn't there. */
export const COMMAND_ERRORS = {
  ERR_USAGE: errorRow<{ message: string; hint: string }>(
    2,
    ({ message }) => message,
    ({ hint }) => hint,
  ),
  ERR_FILTER: errorRow<{ text: string; problem: string; at: number; fix: string }>(
    2,
    ({ text, problem, at }) => `The filter "${text}" is not understood at character ${at + 1}: ${problem}`,
    ({ fix }) => fix,
  ),
  ERR_CONFIG: errorRow<{ file: string; problem: string; fix: string }>(
    2,
    ({ file, problem }) => `${file}: ${problem}`,
    ({ fix }) => fix,
  ),
  ERR_NOT_FOUND: errorRow<{ what: string; reference: string; hint: string }>(
    2,
    ({ what, reference }) => `There is no ${what} ${reference}.`,
    ({ hint }) => hint,
  ),
  ERR_FILE_EXISTS: errorRow<{ path: string; hint: string }>(
    2,
    ({ path }) => `${path} exists already.`,
    ({ hint }) => hint,
  ),
  ERR_UNEXPECTED: errorRow<{ message: string }>(
    1,
    ({ message }) => message,
    () => 'The stack trace is shown with --debug.',
  ),
} as const;
