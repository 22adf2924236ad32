import { relative } from 'node:path';
import { copyStack } from '../../stack/edit-stacks.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';

/** `sluice stack copy STACK NAME` */
export async function stackCopyVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: 'text' | 'json' }>();
  const [from = '', to = ''] = args;
  const file = await copyStack(findProject(invocation.cwd, invocation.env), from, to);
  const text = `Copied stack ${from} to ${to}, ${relative(invocation.cwd, file)}.`;
  printDone(invocation, { output, facts: { name: to, from, file }, text });
}
