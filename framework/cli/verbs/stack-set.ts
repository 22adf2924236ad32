import { setActiveStack } from '../../stack/edit-stacks.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';

/** `sluice stack set STACK` */
export async function stackSetVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: 'text' | 'json' }>();
  const [name = ''] = args;
  await setActiveStack(findProject(invocation.cwd, invocation.env), name);
  const over = invocation.env['SLUICE_STACK'];
  const but = over !== undefined && over !== name ? ` But SLUICE_STACK says ${over}, and wins.` : '';
  printDone(invocation, { output, facts: { active: name }, text: `${name} is the active stack now.${but}` });
}
