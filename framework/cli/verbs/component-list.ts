import { componentNames, kindWord, readComponent } from '../../stack/component-files.ts';
import type { ComponentKind } from '../../stack/component-kind.ts';
import { findFlavor } from '../../stack/find-flavor.ts';
import { findProject, type Project } from '../../stack/project.ts';
import { shownOptions } from '../../stack/shown-options.ts';
import { readStackData, stackNames } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import { type ListOutput, printList } from '../reporters/print-list.ts';

interface ComponentLine {
  readonly name: string;
  readonly flavor: string;
  readonly options: object;
  readonly description: string;
  /** Stacks that name it. */
  readonly stacks: readonly string[];
  readonly problem: string | null;
}

/** `sluice <kind> list` */
export async function componentListVerb(kind: ComponentKind, { invocation, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: ListOutput }>();
  const project = findProject(invocation.cwd, invocation.env);
  const users = await usersOf(project, kind);
  const items = await Promise.all(componentNames(project, kind).map((name) => lineOf(project, kind, name, users)));
  const { out } = invocation.terminal;
  await printList(
    { items, next: null },
    {
      columns: [
        {
          header: kindWord(kind).toUpperCase().replace('-', ' '),
          text: ({ name }) => name,
          style: (cell) => out.colors.bold(cell),
        },
        { header: 'FLAVOR', text: ({ flavor }) => flavor },
        { header: 'USED BY', text: ({ stacks }) => stacks.join(', ') || '–' },
        { header: 'OPTIONS', text: ({ options }) => optionsText(options), shrinks: true },
        { header: 'DESCRIPTION', text: ({ description, problem }) => problem ?? description, shrinks: true },
      ],
      json: ({ ...line }) => line,
      csvFields: ['name', 'flavor', 'stacks', 'options', 'description', 'problem'],
      empty: `No ${kindWord(kind)} is registered. sluice ${kindWord(kind)} register --help says how.`,
    },
    { channel: out, output },
  );
}

const optionsText = (options: object): string =>
  Object.entries(options)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');

async function lineOf(
  project: Project,
  kind: ComponentKind,
  name: string,
  users: ReadonlyMap<string, readonly string[]>,
): Promise<ComponentLine> {
  const stacks = users.get(name) ?? [];
  try {
    const { flavor, options, description = '' } = await readComponent(project, kind, name);
    const known = await findFlavor(kind, flavor, project);
    return { name, flavor, options: shownOptions(known, options), description, stacks, problem: null };
  } catch (error) {
    // One broken file must not hide the others.
    return { name, flavor: '', options: {}, description: '', stacks, problem: (error as Error).message };
  }
}

/** Stacks by the registered component of this kind that they name; broken ones are left out, `sluice stack list` names them. */
async function usersOf(project: Project, kind: ComponentKind): Promise<ReadonlyMap<string, readonly string[]>> {
  const users = new Map<string, string[]>();
  for (const stack of stackNames(project)) {
    const data = await readStackData(project, stack).catch(() => undefined);
    const name = data?.components[kind];
    if (typeof name === 'string') users.set(name, [...(users.get(name) ?? []), stack]);
  }
  return users;
}
