import type { Stack } from '../../components/stack.ts';
import { secretValues } from '../../secret-values.ts';
import { COMPONENT_KINDS } from '../../stack/component-kind.ts';
import { findFlavor } from '../../stack/find-flavor.ts';
import { findProject, type Project } from '../../stack/project.ts';
import { shownOptions } from '../../stack/shown-options.ts';
import { activeStackName, readStackConfig, type StackConfig } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import type { Invocation } from '../invocation.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import type { Colors } from '../reporters/terminal.ts';
import { withStack } from './with-stack.ts';

/** What only the opened stack knows. */
interface Opened {
  readonly locations: Readonly<Record<string, string>>;
  readonly maxParallel: number | null;
  readonly schemaVersion: number | null;
  /** Why it can't be opened right now. */
  readonly problem: string | null;
}

/** `sluice stack describe [STACK]`: its file, and where its components really are. A stack whose services are down is described all the same. */
export async function stackDescribeVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  const channel = invocation.terminal.out;
  const project = findProject(invocation.cwd, invocation.env);
  const active = activeStackName(project, invocation.stack, invocation.env);
  const name = args[0] ?? active;
  const config = await readStackConfig(project, name);
  const opened = await openedFacts({ ...invocation, stack: name });
  const components = await componentFacts(config, project, opened);
  const json = {
    name,
    active: name === active,
    description: config.description ?? null,
    file: config.file ?? null,
    home: project.home,
    maxParallel: opened.maxParallel,
    schemaVersion: opened.schemaVersion,
    problem: opened.problem,
    components,
  };
  await printDocument({ json, text: () => describeText(json, channel.colors) }, { channel, output });
}

async function openedFacts(invocation: Invocation): Promise<Opened> {
  const read = async (stack: Stack): Promise<Opened> => ({
    locations: { artifact_store: stack.artifactStore.location, metadata_store: stack.metadataStore.location },
    maxParallel: stack.orchestrator.maxParallel,
    schemaVersion: await stack.metadataStore.schemaVersion(),
    problem: null,
  });
  try {
    return await withStack(invocation, read);
  } catch (error) {
    const problem = secretValues.mask((error as Error).message);
    return { locations: {}, maxParallel: null, schemaVersion: null, problem };
  }
}

type ComponentFacts = {
  readonly kind: string;
  /** Name of the registered component; null of one that stands in the stack's own file. */
  readonly name: string | null;
  readonly flavor: string;
  readonly options: object;
  readonly location: string | null;
};

const componentFacts = (
  { components }: StackConfig,
  project: Project,
  { locations }: Opened,
): Promise<readonly ComponentFacts[]> =>
  Promise.all(
    COMPONENT_KINDS.map(async (kind) => {
      const { name = null, flavor, options } = components[kind];
      const known = await findFlavor(kind, flavor, project).catch(() => undefined);
      return { kind, name, flavor, options: shownOptions(known, options), location: locations[kind] ?? null };
    }),
  );

interface Described {
  readonly name: string;
  readonly active: boolean;
  readonly description: string | null;
  readonly file: string | null;
  readonly maxParallel: number | null;
  readonly schemaVersion: number | null;
  readonly problem: string | null;
  readonly components: readonly ComponentFacts[];
}

function describeText(stack: Described, { bold, dim, green, yellow }: Colors): string[] {
  const { name, active, description, file, maxParallel, schemaVersion, problem, components } = stack;
  const field = (label: string): string => dim(label.padEnd(20));
  return [
    `${bold(name)}${active ? green(' (active)') : ''}${description ? `: ${description}` : ''}`,
    `${field('file')} ${file ?? 'none: the embedded stack'}`,
    ...components.map(({ kind, name: registered, flavor, options, location }) => {
      const more = Object.keys(options).length > 0 ? ` ${dim(JSON.stringify(options))}` : '';
      const which = registered === null ? flavor : `${registered}, ${flavor}`;
      return `${field(kind)} ${which}${location === null ? '' : ` at ${location}`}${more}`;
    }),
    ...(maxParallel === null ? [] : [`${field('steps at a time')} ${maxParallel}`]),
    ...(schemaVersion === null ? [] : [`${field('schema version')} ${schemaVersion}`]),
    ...(problem === null ? [] : [`${yellow('!')} ${problem}`, `  sluice stack doctor ${name} says what to do.`]),
  ];
}
