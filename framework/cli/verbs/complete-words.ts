import type { Command, Option } from 'commander';
import { STATUSES } from '../../model/status.ts';
import { componentNames, readComponent } from '../../stack/component-files.ts';
import { COMPONENT_KINDS, type ComponentKind } from '../../stack/component-kind.ts';
import { findFlavor } from '../../stack/find-flavor.ts';
import { findPipeline, pipelineNames } from '../../stack/find-pipeline.ts';
import { builtInFlavors } from '../../stack/flavors.ts';
import { findProject, type Project } from '../../stack/project.ts';
import { openSecrets } from '../../stack/secrets/secret-store.ts';
import { stackNames } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import type { Invocation } from '../invocation.ts';
import { optionFlags } from '../params/option-flags.ts';
import { inputSchema, kebabCase, paramSpecs } from '../params/param-specs.ts';
import { commandOf } from '../usage-error.ts';
import { withStack } from './with-stack.ts';

/** Behind `sluice completion`: prints the candidates for the last word, one a line. */
export async function completeWordsVerb({ invocation, args, command }: Call): Promise<undefined> {
  const root = command.parent ?? command;
  const typed = args.at(-1) ?? '';
  for (const candidate of await candidates(root, args.slice(0, -1), typed, invocation)) {
    if (candidate.startsWith(typed)) invocation.terminal.out.line(candidate);
  }
}

/** Everything that can stand after `words`; empty where only the user knows (the shell then offers files). */
async function candidates(
  root: Command,
  words: readonly string[],
  typed: string,
  invocation: Invocation,
): Promise<readonly string[]> {
  const command = commandOf(root, words);
  const options = [...command.options, ...(command === root ? [] : root.options)];
  const before = options.find(({ long, short }) => [long, short].includes(words.at(-1) ?? ''));
  if (before?.required) return valuesOf(before, command, words, invocation);
  if (typed.startsWith('-'))
    return [...new Set([...flagsOf(options), '--help']), ...(await parameterFlags(command, words, invocation))];
  const verbs = command.commands.filter((sub) => sub.name() !== 'complete-words').map((sub) => sub.name());
  if (verbs.length > 0) return verbs;
  return argumentsOf(command, positionals(command, words), invocation);
}

const projectOf = ({ cwd, env }: Invocation): Project => findProject(cwd, env);

const flagsOf = (options: readonly Option[]): string[] => options.flatMap(({ long }) => (long ? [long] : []));

async function valuesOf(
  option: Option,
  command: Command,
  words: readonly string[],
  invocation: Invocation,
): Promise<readonly string[]> {
  if (option.argChoices) return option.argChoices;
  switch (option.long) {
    case '--stack':
      return quietly(async () => stackNames(projectOf(invocation)));
    case '--flavor':
      return flavorNames(kindOf(command.parent?.name()));
    case '--artifact-store':
    case '--metadata-store':
    case '--experiment-tracker':
    case '--orchestrator':
      return quietly(() => choicesOf(kindOf(option.long?.slice(2)), projectOf(invocation)));
    case '--status':
      return STATUSES;
    case '--pipeline':
      return quietly(async () => pipelineNames(projectOf(invocation)));
    case '--run':
      return runNames(invocation);
    case '--to':
      return quietly(async () => stackNames(projectOf(invocation)));
    case '--from':
      return command.name() === 'push'
        ? quietly(async () => stackNames(projectOf(invocation)))
        : stepNames('latest', invocation);
    case '--step':
      return stepNames(words.find((_word, i) => words[i - 2] === 'runs') ?? 'latest', invocation);
    default:
      return [];
  }
}

/** Words after the verb that are no flags. */
function positionals(command: Command, words: readonly string[]): readonly string[] {
  return words.slice(words.lastIndexOf(command.name()) + 1).filter((word) => !word.startsWith('-'));
}

async function argumentsOf(
  command: Command,
  given: readonly string[],
  invocation: Invocation,
): Promise<readonly string[]> {
  const argument = command.registeredArguments[given.length]?.name();
  const choices = command.registeredArguments[given.length]?.argChoices;
  if (choices) return choices;
  switch (argument) {
    case 'pipeline':
      return quietly(async () => pipelineNames(projectOf(invocation)));
    case 'stack':
      return quietly(async () => stackNames(projectOf(invocation)));
    case 'component':
      return quietly(async () => {
        const kind = kindOf(command.parent?.name());
        return kind ? componentNames(projectOf(invocation), kind) : [];
      });
    case 'secret':
      return quietly(async () => (await openSecrets(projectOf(invocation).home).list()).map(({ name }) => name));
    case 'run':
    case 'a':
    case 'b':
      return runNames(invocation);
    case 'step':
      return stepNames(given[0] ?? 'latest', invocation);
    default:
      return [];
  }
}

async function parameterFlags(
  command: Command,
  words: readonly string[],
  invocation: Invocation,
): Promise<readonly string[]> {
  const [reference] = positionals(command, words);
  const kind = kindOf(command.parent?.name());
  if (kind) return quietly(() => componentFlags(kind, reference, words, projectOf(invocation)));
  if (!['run', 'plan'].includes(command.name()) || reference === undefined) return [];
  return quietly(async () => {
    const { definition } = await findPipeline(reference, { project: projectOf(invocation), cwd: invocation.cwd });
    return paramSpecs(inputSchema(definition.params)).map(({ name }) => `--${kebabCase(name)}`);
  });
}

const kindOf = (word: string | undefined): ComponentKind | undefined =>
  COMPONENT_KINDS.find((kind) => kind === word?.replace('-', '_'));

const flavorNames = (kind: ComponentKind | undefined): Promise<readonly string[]> =>
  quietly(async () => (kind ? (await builtInFlavors(kind)).map(({ name }) => name) : []));

/** What a stack may have of a kind: registered components, and flavors. */
const choicesOf = async (kind: ComponentKind | undefined, project: Project): Promise<readonly string[]> =>
  kind ? [...componentNames(project, kind), ...(await flavorNames(kind))] : [];

/** Options of the flavor that `--flavor` names, or that the component has. */
async function componentFlags(
  kind: ComponentKind,
  component: string | undefined,
  words: readonly string[],
  project: Project,
): Promise<readonly string[]> {
  const given = words.find((_word, i) => ['--flavor', '-f'].includes(words[i - 1] ?? ''));
  const flavor =
    given ?? (component === undefined ? undefined : (await readComponent(project, kind, component)).flavor);
  return flavor === undefined ? [] : optionFlags(await findFlavor(kind, flavor, project));
}

const runNames = (invocation: Invocation): Promise<readonly string[]> =>
  quietly(() =>
    withStack(invocation, async ({ metadataStore }) => {
      const { items } = await metadataStore.listRuns({ limit: 50 });
      return ['latest', ...items.map(({ name }) => name)];
    }),
  );

const stepNames = (reference: string, invocation: Invocation): Promise<readonly string[]> =>
  quietly(() =>
    withStack(invocation, async ({ metadataStore }) => {
      const run = await metadataStore.findRun(reference);
      return run ? (await metadataStore.stepRuns(run.id)).map(({ node }) => node) : [];
    }),
  );

/** Pressing Tab outside a project, or with a broken pipeline, offers nothing; an error would be drawn over the command line. */
async function quietly(find: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await find();
  } catch {
    return [];
  }
}
