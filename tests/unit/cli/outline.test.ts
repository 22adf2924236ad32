import { expect, test } from 'vitest';
import { createProgram } from '../../../framework/cli/program.ts';
import { createTerminal } from '../../../framework/cli/reporters/terminal.ts';

const helpOf = (argv: readonly string[]): string => {
  const terminal = createTerminal({ color: false, env: {} });
  return createProgram({ argv, terminal, cwd: process.cwd(), env: {} }).program.helpInformation();
};

test('the list of commands is the same, made whole or in outline', () => {
  const whole = helpOf(['--quiet', '--help']);
  expect(whole).toMatch(/\n {2}runs +the history/);
  expect(helpOf(['--help'])).toBe(whole);
  expect(helpOf([])).toBe(whole);
});

test('the outline has no verbs, so that nothing was made for them', () => {
  const terminal = createTerminal({ color: false, env: {} });
  const { program } = createProgram({ argv: ['--help'], terminal, cwd: process.cwd(), env: {} });
  expect(program.commands.length).toBeGreaterThan(10);
  expect(program.commands.flatMap(({ commands }) => commands)).toEqual([]);
});
