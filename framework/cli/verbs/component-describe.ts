import { readComponent } from '../../stack/component-files.ts';
import type { ComponentKind } from '../../stack/component-kind.ts';
import { stacksUsing } from '../../stack/edit-components.ts';
import { findFlavor } from '../../stack/find-flavor.ts';
import { findProject } from '../../stack/project.ts';
import { shownOptions } from '../../stack/shown-options.ts';
import type { Call } from '../commands/command-kit.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';

/** `sluice <kind> describe NAME` */
export async function componentDescribeVerb(
  kind: ComponentKind,
  { invocation, args, command }: Call,
): Promise<undefined> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  const [name = ''] = args;
  const project = findProject(invocation.cwd, invocation.env);
  const component = await readComponent(project, kind, name);
  const flavor = await findFlavor(kind, component.flavor, project);
  const options = shownOptions(flavor, component.options);
  const stacks = await stacksUsing({ project, kind, name });
  const channel = invocation.terminal.out;
  const { bold, dim } = channel.colors;
  const json = {
    kind,
    name,
    description: component.description ?? null,
    file: component.file ?? null,
    flavor: component.flavor,
    options,
    stacks,
  };
  const text = (): string[] => [
    `${bold(name)}${component.description ? `: ${component.description}` : ''}`,
    `${dim('kind'.padEnd(12))} ${kind}`,
    `${dim('file'.padEnd(12))} ${component.file ?? ''}`,
    `${dim('flavor'.padEnd(12))} ${component.flavor}: ${flavor.description}`,
    ...Object.entries(options).map(
      ([option, value]) => `${dim(option.padEnd(12))} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
    `${dim('used by'.padEnd(12))} ${stacks.join(', ') || 'no stack'}`,
  ];
  await printDocument({ json, text }, { channel, output });
}
