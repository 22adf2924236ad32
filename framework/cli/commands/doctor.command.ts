import type { Command } from 'commander';
import { outputOption, SHOW_OUTPUTS, type Verb } from './command-kit.ts';

export function addDoctorCommand(program: Command, verb: Verb): void {
  program
    .command('doctor')
    .description('try every component of the stack for real, and say what to do about what is wrong')
    .addOption(outputOption(SHOW_OUTPUTS, 'text'))
    .action(verb(async (call) => (await import('../verbs/doctor.ts')).doctorVerb(call)));
}
