import { errorRow } from './error-row.ts';

/** Source that can't be read, followed or kept as it was at the start of a run. */
export const SOURCE_ERRORS = {
  ERR_SOURCE_SYNTAX: errorRow<{ at: string; problem: string; frame: string }>(
    2,
    ({ at, problem, frame }) => `${at}: ${problem}${frame ? `\n${frame}` : ''}`,
    () => 'Mend that line; npx tsc --noEmit lists every other one.',
  ),
  ERR_SOURCE_CHANGED: errorRow<{ path: string }>(
    1,
    ({ path }) => `${path} was changed after the run had started.`,
    () =>
      'A run uses the code it started with, and this file was not loaded yet. Run again: what was committed is kept.',
  ),
  ERR_SOURCE_NOT_FOUND: errorRow<{ specifier: string; importer: string }>(
    2,
    ({ specifier, importer }) => `${importer} imports ${specifier}, which does not exist.`,
    () => 'Check the path of that import.',
  ),
  ERR_STEP_SOURCE: errorRow<{ step: string; file: string; problem: string }>(
    2,
    ({ step, file, problem }) => `The source of step ${step} was not found in ${file}: ${problem}.`,
    () =>
      'A step is a method written in its class, and the file with the class must still be there while the run goes.',
  ),
} as const;
