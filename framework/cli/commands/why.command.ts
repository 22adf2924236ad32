import type { Command } from 'commander';
import { outputOption, SHOW_OUTPUTS, type Verb } from './command-kit.ts';

export function addWhyCommand(program: Command, verb: Verb): void {
  program
    .command('why <run> <step>')
    .description('say why a step ran or was a hit: the parts of its key that differ from the nearest earlier one')
    .option('--diff', 'show the changed lines of code')
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/why.ts')).whyVerb(call)));
}
