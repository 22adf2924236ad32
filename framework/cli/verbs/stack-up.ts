import { findProject } from '../../stack/project.ts';
import { startServices } from '../../stack/services/stack-services.ts';
import { activeStackName } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';
import { statusLines } from '../views/status-lines.ts';

/** `sluice stack up [STACK]` */
export async function stackUpVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { timeout, output } = command.opts<{ readonly timeout: number; readonly output: 'text' | 'json' }>();
  const { cwd, env, quiet, terminal } = invocation;
  const project = findProject(cwd, env);
  const stack = activeStackName(project, args[0] ?? invocation.stack, env);
  const onLine = (line: string): void => {
    if (!quiet) terminal.err.line(terminal.err.colors.dim(line));
  };
  const components = await startServices({ project, stack, onLine, timeoutMs: timeout * 1000 });
  const lines = [...statusLines(components, terminal.out.colors), `Stack ${stack} is up.`];
  printDone(invocation, { output, facts: { stack, components }, text: lines.join('\n') });
}
