import { relative } from 'node:path';
import { sluiceError } from '../../errors.ts';
import { updateStack } from '../../stack/edit-stacks.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';
import { type ComponentFlags, chosenComponents } from '../views/chosen-components.ts';

interface Options extends ComponentFlags<string> {
  readonly description?: string;
  readonly output: 'text' | 'json';
}

/** `sluice stack update STACK` */
export async function stackUpdateVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { description, output, ...flags } = command.opts<Options>();
  const [name = ''] = args;
  const components = chosenComponents(flags);
  const changed = [...Object.keys(components), ...(description === undefined ? [] : ['description'])];
  if (changed.length === 0) {
    throw sluiceError('ERR_USAGE', {
      message: `Nothing to change of stack ${name} was named.`,
      hint: 'As in: sluice stack update NAME --artifact-store COMPONENT',
    });
  }
  const file = await updateStack(findProject(invocation.cwd, invocation.env), name, { components, description });
  const text = `Changed ${changed.join(', ')} of stack ${name} in ${relative(invocation.cwd, file)}.`;
  printDone(invocation, { output, facts: { name, file, changed }, text });
}
