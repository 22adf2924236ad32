import type { Command } from 'commander';
import { LIST_OUTPUTS, outputOption, SHOW_OUTPUTS, type Verb } from './command-kit.ts';

export function addStackCommand(program: Command, verb: Verb): void {
  const stack = program.command('stack').description('where runs and artifacts are kept: list, describe');
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
}
