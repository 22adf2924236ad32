import type { Command } from 'commander';
import { outputOption, type Verb } from './command-kit.ts';
import { addCacheFlags } from './run.command.ts';

export function addPlanCommand(program: Command, verb: Verb): void {
  const command = program
    .command('plan [pipeline] [parameters...]')
    .usage('PIPELINE [parameters] [flags]')
    .description('say which steps of a pipeline would run, which would be hits, and why; runs nothing')
    .helpOption(false)
    .option('-h, --help', 'show help, with the parameters of PIPELINE')
    .allowUnknownOption();
  addCacheFlags(command)
    .addOption(outputOption(['text', 'json', 'mermaid'], 'text'))
    .action(verb(async (call) => (await import('../verbs/plan.ts')).planVerb(call)));
}
