import type { Command } from 'commander';
import type { ComponentKind } from '../../stack/component-kind.ts';
import { collect, LIST_OUTPUTS, outputOption, plainOutputOption, SHOW_OUTPUTS, type Verb } from './command-kit.ts';

/** What a component of each kind is for. */
const PURPOSE: Readonly<Record<ComponentKind, string>> = {
  orchestrator: 'where steps run',
  artifact_store: 'where the bytes of artifacts are kept',
  metadata_store: 'where runs, cache and lineage are recorded',
  experiment_tracker: 'where params, metrics and files are shown',
};

const REFERENCES = `
A value may be \${env:NAME}, \${env:NAME:-default} or \${secret:NAME} (sluice secret set NAME): filled in when the
component is opened, and never before. In a shell such a value stands in single quotes.`;

const examplesOf = (kind: string): string =>
  kind === 'artifact-store'
    ? `
  sluice artifact-store register team-files --flavor local --path shared/artifacts
  sluice artifact-store register --flavor minio --help`
    : `
  sluice ${kind} flavors
  sluice ${kind} register mine --flavor local`;

/** `sluice artifact-store …` and its like: one command for each kind of component. */
export function addComponentCommands(program: Command, verb: Verb): void {
  for (const [kind, purpose] of Object.entries(PURPOSE) as [ComponentKind, string][]) {
    const word = kind.replace('_', '-');
    const command = program.command(word).description(`${purpose}: register, update, delete, list, describe, flavors`);
    addChangingVerbs(command, kind, verb);
    command
      .command('list')
      .description('list the registered components, and the stacks that use them')
      .addOption(outputOption(LIST_OUTPUTS, 'table'))
      .action(verb(async (call) => (await import('../verbs/component-list.ts')).componentListVerb(kind, call)));
    command
      .command('describe <component>')
      .description('show the flavor and options of a component')
      .addOption(outputOption(SHOW_OUTPUTS, 'text'))
      .action(verb(async (call) => (await import('../verbs/component-describe.ts')).componentDescribeVerb(kind, call)));
    command
      .command('flavors')
      .description('list the flavors that come with Sluice, with their options')
      .addOption(outputOption(LIST_OUTPUTS, 'table'))
      .action(verb(async (call) => (await import('../verbs/component-flavors.ts')).componentFlavorsVerb(kind, call)));
  }
}

function addChangingVerbs(command: Command, kind: ComponentKind, verb: Verb): void {
  const word = command.name();
  command
    .command('register [name] [options...]')
    .usage('NAME --flavor FLAVOR [options of the flavor]')
    .description(`register a component of this kind: a file stacks/components/${kind}/NAME.yaml`)
    .option(
      '-f, --flavor <flavor>',
      `a built-in flavor, ./my-flavor.ts or a package; sluice ${word} flavors lists them`,
    )
    .option('-d, --description <text>', 'what it is')
    .addOption(plainOutputOption())
    .helpOption(false)
    .option('-h, --help', 'show help, with the options of --flavor')
    .allowUnknownOption()
    .addHelpText('after', `${REFERENCES}\n\nExamples:${examplesOf(word)}`)
    .action(verb(async (call) => (await import('../verbs/component-register.ts')).componentRegisterVerb(kind, call)));
  command
    .command('update [component] [options...]')
    .usage('NAME [options of its flavor]')
    .description('change options of a component; comments in its file stay')
    .option('--unset <option>', 'remove an option (may be repeated)', collect)
    .option('-d, --description <text>', 'what it is')
    .addOption(plainOutputOption())
    .helpOption(false)
    .option('-h, --help', 'show help, with the options of its flavor')
    .allowUnknownOption()
    .addHelpText('after', REFERENCES)
    .action(verb(async (call) => (await import('../verbs/component-update.ts')).componentUpdateVerb(kind, call)));
  command
    .command('delete <component...>')
    .description('delete components that no stack uses')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/component-delete.ts')).componentDeleteVerb(kind, call)));
}
