import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode, Invocation } from '../invocation.ts';

/** One call of a verb: its words and, through the command, its flags. */
export interface Call {
  readonly invocation: Invocation;
  readonly args: readonly string[];
  readonly command: Command;
}

/** Makes an action of a verb's body; no code means 0. */
export type Verb = (body: (call: Call) => Promise<ExitCode | undefined>) => (this: Command) => Promise<void>;

export const outputOption = (choices: readonly string[], fallback: string): Option =>
  new Option('-o, --output <format>', 'form of the output').choices(choices).default(fallback);

/** For verbs that change something: a sentence, or what was done as JSON. Without a short form, which `stack register` has for the orchestrator. */
export const plainOutputOption = (): Option =>
  new Option('--output <format>', 'form of the output').choices(['text', 'json']).default('text');

export const LIST_OUTPUTS = ['table', 'json', 'yaml', 'csv'] as const;
export const SHOW_OUTPUTS = ['text', 'json', 'yaml'] as const;

/** The paging flags that every list has. */
export const addPaging = (command: Command, limit = 50): Command =>
  command
    .option('--limit <n>', 'at most so many', positiveInteger, limit)
    .option('--after <cursor>', 'go on after the page that said so')
    .addOption(outputOption(LIST_OUTPUTS, 'table'));

/** For flags that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError('Expected a whole number from 1 on.');
  return value;
}
