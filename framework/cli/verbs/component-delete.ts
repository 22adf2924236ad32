import { kindWord } from '../../stack/component-files.ts';
import type { ComponentKind } from '../../stack/component-kind.ts';
import { deleteComponents } from '../../stack/edit-components.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';

/** `sluice <kind> delete NAME…` */
export async function componentDeleteVerb(
  kind: ComponentKind,
  { invocation, args, command }: Call,
): Promise<undefined> {
  const { output } = command.opts<{ readonly output: 'text' | 'json' }>();
  const project = findProject(invocation.cwd, invocation.env);
  await deleteComponents({ project, kind, names: args });
  const text = `Deleted the ${kindWord(kind)} ${args.join(', ')}. What it holds stays where it is.`;
  printDone(invocation, { output, facts: { kind, deleted: args }, text });
}
