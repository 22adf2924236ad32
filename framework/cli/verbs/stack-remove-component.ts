import { sluiceError } from '../../errors.ts';
import type { ComponentKind } from '../../stack/component-kind.ts';
import { removeFromStack } from '../../stack/edit-stacks.ts';
import { findProject } from '../../stack/project.ts';
import { EMBEDDED_FLAVORS } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';
import { type ComponentFlags, chosenComponents } from '../views/chosen-components.ts';

interface Options extends ComponentFlags<boolean> {
  readonly output: 'text' | 'json';
}

/** `sluice stack remove-component STACK` */
export async function stackRemoveComponentVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output, ...flags } = command.opts<Options>();
  const [name = ''] = args;
  const kinds = Object.keys(chosenComponents(flags)) as ComponentKind[];
  if (kinds.length === 0) {
    throw sluiceError('ERR_USAGE', {
      message: `Which components are to go from stack ${name}?`,
      hint: 'Name them: --artifact-store, --metadata-store, --experiment-tracker, --orchestrator.',
    });
  }
  const file = await removeFromStack(findProject(invocation.cwd, invocation.env), name, kinds);
  const now = kinds.map((kind) => `${kind} ${EMBEDDED_FLAVORS[kind]}`).join(', ');
  const text = `Stack ${name} now has the embedded ${now}.`;
  printDone(invocation, { output, facts: { name, file, removed: kinds }, text });
}
