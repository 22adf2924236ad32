import type { Command } from 'commander';
import {
  LIST_OUTPUTS,
  outputOption,
  plainOutputOption,
  positiveInteger,
  SHOW_OUTPUTS,
  type Verb,
} from './command-kit.ts';

export function addStackCommand(program: Command, verb: Verb): void {
  const stack = program
    .command('stack')
    .description(
      'where runs and artifacts are kept: list, describe, set, get, register, update, remove-component, rename, copy, delete, export, import, schema, doctor, up, down, status',
    );
  stack
    .command('list')
    .description('list the stacks of this project')
    .addOption(outputOption(LIST_OUTPUTS, 'table'))
    .action(verb(async (call) => (await import('../verbs/stack-list.ts')).stackListVerb(call)));
  stack
    .command('describe [stack]')
    .description('show the components of a stack (default: the active one)')
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/stack-describe.ts')).stackDescribeVerb(call)));
  addActiveVerbs(stack, verb);
  addChangingVerbs(stack, verb);
  addFileVerbs(stack, verb);
  addServiceVerbs(stack, verb);
}

const addComponents = (command: Command): Command =>
  command
    .option('-a, --artifact-store <component>', 'artifact store')
    .option('-m, --metadata-store <component>', 'metadata store')
    .option('-e, --experiment-tracker <component>', 'experiment tracker')
    .option('-o, --orchestrator <component>', 'orchestrator')
    .option('-d, --description <text>', 'what it is for')
    .addOption(plainOutputOption());

function addActiveVerbs(stack: Command, verb: Verb): void {
  stack
    .command('set <stack>')
    .description('make a stack the active one of this checkout (SLUICE_STACK and --stack win over it)')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/stack-set.ts')).stackSetVerb(call)));
  stack
    .command('get')
    .description('say which stack is active, and what made it so')
    .addOption(outputOption(['text', 'json'], 'text'))
    .action(verb(async (call) => (await import('../verbs/stack-get.ts')).stackGetVerb(call)));
}

function addChangingVerbs(stack: Command, verb: Verb): void {
  addComponents(
    stack
      .command('register <name>')
      .description('register a stack of registered components: a file stacks/NAME.yaml')
      .option('--set', 'make it the active one'),
  )
    .addHelpText(
      'after',
      `
A component is the name of a registered one (sluice artifact-store list), or a flavor that needs no options.
What is left out is that of the embedded stack.

Examples:
  sluice artifact-store register bucket --flavor minio --endpoint http://127.0.0.1:9000 …
  sluice stack register team -a bucket -m shared-db -e mlflow --set
  sluice stack register quiet -e none`,
    )
    .action(verb(async (call) => (await import('../verbs/stack-register.ts')).stackRegisterVerb(call)));
  addComponents(stack.command('update <stack>').description('give a stack other components')).action(
    verb(async (call) => (await import('../verbs/stack-update.ts')).stackUpdateVerb(call)),
  );
  stack
    .command('remove-component <stack>')
    .description("take components out of a stack; the embedded stack's take their place")
    .option('-a, --artifact-store', 'its artifact store')
    .option('-m, --metadata-store', 'its metadata store')
    .option('-e, --experiment-tracker', 'its experiment tracker')
    .option('-o, --orchestrator', 'its orchestrator')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/stack-remove-component.ts')).stackRemoveComponentVerb(call)));
  stack
    .command('rename <stack> <name>')
    .description('give a stack another name')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/stack-rename.ts')).stackRenameVerb(call)));
  stack
    .command('copy <stack> <name>')
    .description('make another stack of the same components')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/stack-copy.ts')).stackCopyVerb(call)));
  stack
    .command('delete <stack>')
    .description("delete a stack's file; its components, runs and artifacts stay")
    .option('--force', 'also the active one')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/stack-delete.ts')).stackDeleteVerb(call)));
}

function addFileVerbs(stack: Command, verb: Verb): void {
  stack
    .command('export <stack> [file]')
    .description('write a stack and its components as one YAML document; secrets stay references')
    .option('--force', 'overwrite FILE')
    .action(verb(async (call) => (await import('../verbs/stack-export.ts')).stackExportVerb(call)));
  stack
    .command('import <file>')
    .description('add an exported stack ("-": from standard input); all of it or, where anything is wrong, nothing')
    .option('--name <name>', 'call it so')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/stack-import.ts')).stackImportVerb(call)));
  stack
    .command('schema')
    .description('write the JSON schemas by which editors check files under stacks/')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/stack-schema.ts')).stackSchemaVerb(call)));
}

function addServiceVerbs(stack: Command, verb: Verb): void {
  stack
    .command('doctor [stack]')
    .description('try every component of a stack for real, and say what to do about what is wrong')
    .option('--fix', 'put right what can be put right without destroying anything')
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/doctor.ts')).doctorVerb(call)));
  stack
    .command('up [stack]')
    .description('start the services of a stack (docker compose), and wait until they answer')
    .option('--timeout <seconds>', 'wait so long', positiveInteger, 120)
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/stack-up.ts')).stackUpVerb(call)));
  stack
    .command('down [stack]')
    .description('stop the services of a stack; their data stays')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/stack-down.ts')).stackDownVerb(call)));
  stack
    .command('status [stack]')
    .description('say which components of a stack answer; ends with 1 when one does not')
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/stack-status.ts')).stackStatusVerb(call)));
}
