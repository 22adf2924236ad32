import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../framework/cli/program.ts';
import { createTerminal } from '../../../framework/cli/reporters/terminal.ts';

const { program } = createProgram({
  argv: ['all'],
  terminal: createTerminal({ color: false, env: {} }),
  cwd: process.cwd(),
  env: {},
});

const below = (command: Command): readonly Command[] => command.commands.flatMap((one) => [one, ...below(one)]);
const commands = below(program);
const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();

describe('help', () => {
  it.each(commands.filter((one) => one.commands.length > 0).map((one) => [pathOf(one), one]))(
    'of %s names every verb in its summary, and no other',
    (_path, parent) => {
      const verbs = parent.commands.map((one) => one.name());
      if (parent.name() === 'viewer') return expect(parent.description()).toContain(`sluice viewer ${verbs.join()}`);
      expect(parent.description().split(': ').at(-1)?.split(', ')).toEqual(verbs);
    },
  );

  it('describes every verb, argument choice and flag', () => {
    for (const command of commands) {
      expect([pathOf(command), command.description()]).toEqual([pathOf(command), expect.stringMatching(/\w/)]);
      for (const { flags, description } of command.options)
        expect([pathOf(command), flags, description]).toEqual([pathOf(command), flags, expect.stringMatching(/\w/)]);
    }
  });
});
