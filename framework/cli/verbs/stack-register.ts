import { relative } from 'node:path';
import { registerStack, setActiveStack } from '../../stack/edit-stacks.ts';
import { findProject } from '../../stack/project.ts';
import { writeMissingSchemas } from '../../stack/stack-schema.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';
import { type ComponentFlags, chosenComponents } from '../views/chosen-components.ts';

interface Options extends ComponentFlags<string> {
  readonly description?: string;
  readonly set?: boolean;
  readonly output: 'text' | 'json';
}

/** `sluice stack register NAME` */
export async function stackRegisterVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { description, set = false, output, ...flags } = command.opts<Options>();
  const [name = ''] = args;
  const project = findProject(invocation.cwd, invocation.env);
  const file = await registerStack(project, name, { components: chosenComponents(flags), description });
  await writeMissingSchemas(project);
  if (set) await setActiveStack(project, name);
  const active = set ? ' It is the active one now.' : ` sluice stack set ${name} makes it the active one.`;
  const text = `Registered stack ${name} in ${relative(invocation.cwd, file)}.${active}`;
  printDone(invocation, { output, facts: { name, file, active: set }, text });
}
