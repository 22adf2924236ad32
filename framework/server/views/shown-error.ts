import type { HookFailure as StoredHookFailure } from '../../model/recording.ts';
import type { StoredError } from '../../model/run.ts';
import type { Project } from '../../stack/project.ts';
import type { HookFailure } from '../api/step.ts';
import { hidePaths } from './hide-paths.ts';
import { isoTime } from './iso-time.ts';

/** A stored error with its paths beginning at the project; the lines of its source are left to the pages of steps. */
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

/** The same with the lines of its source. */
export function quotedError(error: StoredError | null, project: Project): StoredError | null {
  const shown = shownError(error, project);
  const excerpt = error?.excerpt;
  if (!shown || !excerpt) return shown;
  return { ...shown, excerpt: { ...excerpt, file: hidePaths(excerpt.file, project).replaceAll('\\', '/') } };
}

export const shownHookFailures = (
  failures: readonly StoredHookFailure[] | null | undefined,
  project: Project,
): readonly HookFailure[] =>
  (failures ?? []).map(({ hook, at, error }) => ({
    hook,
    at: isoTime(at),
    error: quotedError(error, project) ?? error,
  }));
