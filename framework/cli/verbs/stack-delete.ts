import { deleteStack } from '../../stack/edit-stacks.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';

/** `sluice stack delete STACK` */
export async function stackDeleteVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { force = false, output } = command.opts<{ readonly force?: boolean; readonly output: 'text' | 'json' }>();
  const [name = ''] = args;
  await deleteStack(findProject(invocation.cwd, invocation.env), name, { force, env: invocation.env });
  const text = `Deleted stack ${name}. Its components, runs and artifacts stay.`;
  printDone(invocation, { output, facts: { deleted: name }, text });
}
