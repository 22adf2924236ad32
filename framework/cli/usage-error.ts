import { type Command, CommanderError } from 'commander';
import { sluiceError } from '../errors.ts';

/** Turns the argument parser's own errors into ours; `help` when it only shows help or the version (a bare `sluice` does); any other error as it came. */
export function usageError(error: unknown, program: Command, argv: readonly string[]): unknown {
  if (!(error instanceof CommanderError)) return error;
  if (error.exitCode === 0) return 'help';
  const command = commandOf(program, argv);
  const path = commandPath(command);
  if (error.code === 'commander.help') {
    if (command === program) {
      program.outputHelp();
      return 'help';
    }
    const verbs = command.commands.map((sub) => sub.name());
    return sluiceError('ERR_USAGE', {
      message: `${path} needs a verb: ${verbs.join(', ')}.`,
      hint: `${path} --help says what each one does.`,
    });
  }
  const [first = '', meant] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = meant ? ` ${meant.replace(/^\((.*)\)$/, '$1')}` : '';
  return sluiceError('ERR_USAGE', {
    message: `${path}: ${first.replace(/\.?$/, '.')}${suggestion}`,
    hint: `${path} --help shows what it takes.`,
  });
}

/** The command that the words lead to, as deep as they are known. */
export function commandOf(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of argv) {
    const next = command.commands.find((sub) => sub.name() === word);
    if (next) command = next;
  }
  return command;
}

export const commandPath = (command: Command): string =>
  command.parent ? `${commandPath(command.parent)} ${command.name()}` : command.name();
