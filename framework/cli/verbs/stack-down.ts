import { findProject } from '../../stack/project.ts';
import { stopServices } from '../../stack/services/stack-services.ts';
import { activeStackName } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';

/** `sluice stack down [STACK]` */
export async function stackDownVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: 'text' | 'json' }>();
  const { cwd, env, quiet, terminal } = invocation;
  const project = findProject(cwd, env);
  const stack = activeStackName(project, args[0] ?? invocation.stack, env);
  const onLine = (line: string): void => {
    if (!quiet) terminal.err.line(terminal.err.colors.dim(line));
  };
  const stopped = await stopServices({ project, stack, onLine });
  const text =
    stopped.length === 0
      ? `Stack ${stack} has no services: everything of it is in this project.`
      : `Stopped ${stopped.join(', ')}. Their data stays.`;
  printDone(invocation, { output, facts: { stack, stopped }, text });
}
