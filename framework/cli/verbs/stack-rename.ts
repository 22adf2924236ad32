import { renameStack } from '../../stack/edit-stacks.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';

/** `sluice stack rename STACK NAME` */
export async function stackRenameVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: 'text' | 'json' }>();
  const [from = '', to = ''] = args;
  const file = await renameStack(findProject(invocation.cwd, invocation.env), from, to);
  const text = `Stack ${from} is ${to} now. Its earlier runs keep the name they ran under.`;
  printDone(invocation, { output, facts: { name: to, before: from, file }, text });
}
