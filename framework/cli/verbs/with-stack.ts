import { hostname } from 'node:os';
import type { Stack } from '../../components/stack.ts';
import { isProcessAlive } from '../../executor/is-process-alive.ts';
import { openStack } from '../../stack/open-stack.ts';
import { findProject } from '../../stack/project.ts';
import type { Invocation } from '../invocation.ts';

/** An executor on another machine that said nothing for so long is taken for dead; one on this machine is looked up. */
const SILENT_MS = 3_600_000;

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
      if (!quiet) line(`${colors.yellow('!')} The experiment tracker: ${String(error)}`);
    },
  });
  try {
    await stack.metadataStore.markLost({ host: hostname(), isAlive: isProcessAlive, silentForMs: SILENT_MS });
    return await body(stack);
  } finally {
    await stack.close();
  }
}
