import type { ComponentKind } from '../../stack/component-kind.ts';
import { builtInFlavors } from '../../stack/flavors.ts';
import type { Call } from '../commands/command-kit.ts';
import { optionSchema } from '../params/option-flags.ts';
import { paramSpecs } from '../params/param-specs.ts';
import { type ListOutput, printList } from '../reporters/print-list.ts';

/** `sluice <kind> flavors` */
export async function componentFlavorsVerb(kind: ComponentKind, { invocation, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: ListOutput }>();
  const channel = invocation.terminal.out;
  const flavors = await builtInFlavors(kind);
  const items = flavors.map((flavor) => ({
    name: flavor.name,
    description: flavor.description,
    options: paramSpecs(optionSchema(flavor)).map(({ name, type, required, default: fallback, description }) => ({
      name,
      type,
      required,
      default: fallback ?? null,
      description: description ?? null,
    })),
  }));
  const named = (item: (typeof items)[number]): string =>
    item.options.map(({ name, required }) => (required ? name : `[${name}]`)).join(' ') || '–';
  await printList(
    { items, next: null },
    {
      columns: [
        { header: 'FLAVOR', text: ({ name }) => name, style: (cell) => channel.colors.bold(cell) },
        { header: 'OPTIONS', text: named, shrinks: true },
        { header: 'DESCRIPTION', text: ({ description }) => description, shrinks: true },
      ],
      json: ({ ...item }) => item,
      csvFields: ['name', 'description'],
      empty: 'No flavors.',
    },
    { channel, output },
  );
}
