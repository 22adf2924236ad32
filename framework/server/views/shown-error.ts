import type { HookFailure as StoredHookFailure } from '../../model/recording.ts';
import type { StoredError } from '../../model/run.ts';
import type { Project } from '../../stack/project.ts';
import type { HookFailure } from '../api/step.ts';
import { hidePaths } from './hide-paths.ts';
import { isoTime } from './iso-time.ts';

/** A stored error with its paths beginning at the project. */
export function shownError(error: StoredError | null, project: Project): StoredError | null {
  if (!error) return null;
  const { code, message, hint, stack } = error;
  return {
    code,
    message: hidePaths(message, project),
    ...(hint !== undefined && { hint: hidePaths(hint, project) }),
    ...(stack !== undefined && { stack: hidePaths(stack, project) }),
  };
}

export const shownHookFailures = (
  failures: readonly StoredHookFailure[] | null | undefined,
  project: Project,
): readonly HookFailure[] =>
  (failures ?? []).map(({ hook, at, error }) => ({
    hook,
    at: isoTime(at),
    error: shownError(error, project) ?? error,
  }));
