import { COMPONENT_KINDS } from '../../stack/component-kind.ts';
import { findProject } from '../../stack/project.ts';
import { activeStackName, readStackConfig, stackNames } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import { type ListOutput, printList } from '../reporters/print-list.ts';

interface StackLine {
  readonly name: string;
  readonly active: boolean;
  readonly description: string;
  readonly file: string | null;
  /** Kind → flavor, or the name of the registered component; empty where the file is broken. */
  readonly components: Readonly<Record<string, string>>;
  readonly problem: string | null;
}

/** `sluice stack list` */
export async function stackListVerb({ invocation, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: ListOutput }>();
  const { cwd, env, stack, terminal } = invocation;
  const project = findProject(cwd, env);
  const active = activeStackName(project, stack, env);
  const lines = await Promise.all(
    stackNames(project).map(async (name): Promise<StackLine> => {
      const common = { name, active: name === active };
      try {
        const config = await readStackConfig(project, name);
        const components = Object.fromEntries(
          COMPONENT_KINDS.map((kind) => [kind, config.components[kind].name ?? config.components[kind].flavor]),
        );
        return {
          ...common,
          description: config.description ?? '',
          file: config.file ?? null,
          components,
          problem: null,
        };
      } catch (error) {
        // One broken file must not hide the others.
        return { ...common, description: '', file: null, components: {}, problem: (error as Error).message };
      }
    }),
  );
  const { colors } = terminal.out;
  await printList(
    { items: lines, next: null },
    {
      columns: [
        { header: '', text: (line) => (line.active ? '*' : ''), style: (cell) => colors.green(cell) },
        { header: 'STACK', text: ({ name }) => name, style: (cell) => colors.bold(cell) },
        ...COMPONENT_KINDS.map((kind) => ({
          header: kind.toUpperCase().replace('_', ' '),
          text: ({ components }: StackLine) => components[kind] ?? '–',
        })),
        { header: 'DESCRIPTION', text: ({ description, problem }) => problem ?? description, shrinks: true },
      ],
      json: ({ ...line }) => line,
      csvFields: ['name', 'active', 'description', 'file', 'components'],
      empty: 'No stacks.',
    },
    { channel: terminal.out, output },
  );
}
