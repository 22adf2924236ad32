import type { Command } from 'commander';
import { outputOption, SHOW_OUTPUTS, type Verb } from './command-kit.ts';

export function addDoctorCommand(program: Command, verb: Verb): void {
  program
    .command('doctor')
    .description('try this machine and every component of the stack for real, and say what to do about what is wrong')
    .option('--fix', 'put right what can be put right without destroying anything')
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/doctor.ts')).doctorVerb(call)));
}
