import type { Command } from 'commander';
import type { Verb } from './command-kit.ts';

export function addInitCommand(program: Command, verb: Verb): void {
  program
    .command('init [dir]')
    .description('make a new project: a pipeline, its test, a local stack')
    .option('--force', 'also in a folder that has files; none is overwritten')
    .action(verb(async (call) => (await import('../verbs/init.ts')).initVerb(call)));
}
