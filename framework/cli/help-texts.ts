import { CommanderError } from 'commander';
import { createColors } from 'picocolors';
import { createProgram } from './program.ts';
import type { Channel, Terminal } from './reporters/terminal.ts';

/** A help as it is printed into a pipe, and in colours on terminals of the usual widths: by columns, 120 for all from there on. */
export interface HelpText {
  readonly pipe: string;
  readonly columns: Readonly<Record<string, string>>;
}

const COLUMNS = [80, 120];

/** They print their own, with the parameters of a pipeline. */
const OWN_HELP: ReadonlySet<string> = new Set(['run', 'plan']);

/**
 * What `sluice --help` (under `sluice`) and `sluice WORD --help` print, by the program itself. The build keeps it for bin/sluice.js, which prints it without
 * loading the program.
 */
export async function helpTexts(): Promise<Readonly<Record<string, HelpText>>> {
  const { program } = createProgram({ argv: [], terminal: terminalOf(() => {}), cwd: '', env: {} });
  const shown = program.createHelp().visibleCommands(program);
  const words = shown.map((command) => command.name()).filter((word) => !OWN_HELP.has(word));
  const texts: Record<string, HelpText> = { sluice: await helpText([]) };
  for (const word of words) texts[word] = await helpText([word]);
  return texts;
}

async function helpText(words: readonly string[]): Promise<HelpText> {
  const argv = [...words, '--help'];
  const columns: Record<string, string> = {};
  for (const width of COLUMNS) columns[width] = await printed(argv, width);
  return { pipe: await printed(argv), columns };
}

async function printed(argv: readonly string[], width?: number): Promise<string> {
  let text = '';
  const terminal = terminalOf((more) => {
    text += more;
  }, width);
  const { program } = createProgram({ argv, terminal, cwd: '', env: {} });
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    // How commander says that it has shown a help.
    if (!(error instanceof CommanderError && error.exitCode === 0)) throw error;
  }
  return text;
}

/** A pipe; with a width, a terminal in colours. */
function terminalOf(write: (text: string) => void, width?: number): Terminal {
  const channel: Channel = {
    write,
    line: (text = '') => write(`${text}\n`),
    colors: createColors(width !== undefined),
    isTerminal: width !== undefined,
    width,
    height: undefined,
    closed: false,
    flush: async () => {},
  };
  return { out: channel, err: channel, reserveOut: () => {}, interceptOthers: () => () => {} };
}
