import type { Stack } from '../../components/stack.ts';
import { markLostRuns } from '../../executor/mark-lost-runs.ts';
import { messageOf } from '../../executor/stored-error.ts';
import { openStack } from '../../stack/open-stack.ts';
import { findProject } from '../../stack/project.ts';
import type { Invocation } from '../invocation.ts';

/**
 * Opens the stack that `--stack` or the project names, does something with it and closes it. Runs whose process died are marked `lost` first, so that
 * no list shows a run as running that nobody runs.
 */
export async function withStack<R>(
  { cwd, env, stack: name, quiet, terminal }: Invocation,
  body: (stack: Stack) => Promise<R>,
): Promise<R> {
  const stack = await openStack({
    project: findProject(cwd, env),
    ...(name !== undefined && { name }),
    onTrackerProblem: (error) => {
      const { line, colors } = terminal.err;
      if (!quiet) line(`${colors.yellow('!')} The experiment tracker: ${messageOf(error)}`);
    },
  });
  try {
    await markLostRuns(stack);
    return await body(stack);
  } finally {
    await stack.close();
  }
}
