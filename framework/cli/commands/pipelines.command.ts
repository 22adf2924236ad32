import type { Command } from 'commander';
import { LIST_OUTPUTS, outputOption, SHOW_OUTPUTS, type Verb } from './command-kit.ts';

export function addPipelinesCommand(program: Command, verb: Verb): void {
  const pipelines = program.command('pipelines').description('what can be run: list, show');
  pipelines
    .command('list')
    .description('list the pipelines of the project, and those that come with Sluice')
    .addOption(outputOption(LIST_OUTPUTS, 'table'))
    .action(verb(async (call) => (await import('../verbs/pipelines.ts')).pipelinesListVerb(call)));
  pipelines
    .command('show <pipeline>')
    .description('show the parameters of a pipeline; with --output json as a JSON schema')
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/pipelines.ts')).pipelinesShowVerb(call)));
}
