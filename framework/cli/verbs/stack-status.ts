import { findProject } from '../../stack/project.ts';
import { stackStatus } from '../../stack/services/stack-services.ts';
import { activeStackName } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import type { ExitCode } from '../invocation.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import { statusLines } from '../views/status-lines.ts';

/** `sluice stack status [STACK]`. Ends with 1 when a component does not answer. */
export async function stackStatusVerb({ invocation, args, command }: Call): Promise<ExitCode> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  const { cwd, env, terminal } = invocation;
  const project = findProject(cwd, env);
  const stack = activeStackName(project, args[0] ?? invocation.stack, env);
  const components = await stackStatus(project, stack);
  const ok = components.every(({ answers }) => answers);
  const text = (): string[] => statusLines(components, terminal.out.colors);
  await printDocument({ json: { stack, ok, components }, text }, { channel: terminal.out, output });
  return ok ? 0 : 1;
}
