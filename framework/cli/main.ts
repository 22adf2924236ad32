import { createProgram } from './program.ts';
import { printError } from './reporters/print-error.ts';
import { createTerminal } from './reporters/terminal.ts';
import { usageError } from './usage-error.ts';

/**
 * The `sluice` command: reads the command line, does the verb, says what went wrong, ends with its exit code.
 * Only what every start needs is imported here; each verb's own module, and with it the engine, is loaded when it is used.
 */
async function main(argv: readonly string[]): Promise<number> {
  const has = (flag: string): boolean => argv.includes(flag);
  const terminal = createTerminal({ color: !has('--no-color'), env: process.env });
  const { program, exitCode } = createProgram({ argv, terminal, cwd: process.cwd(), env: process.env });
  try {
    if (has('--debug')) {
      const { mapStackTraces } = await import('../code/map-stack-traces.ts');
      mapStackTraces(new URL('./', import.meta.url).href);
    }
    await program.parseAsync(argv, { from: 'user' });
    return exitCode();
  } catch (error) {
    const usage = usageError(error, program, argv);
    if (usage === 'help') return 0;
    return await printError(usage, { terminal, json: wantsJson(argv), debug: has('--debug') });
  } finally {
    await Promise.all([terminal.out.flush(), terminal.err.flush()]);
  }
}

/** Seen in the raw words, because an error can come before they are understood. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.some((word, i) =>
    word === '--output' || word === '-o' ? argv[i + 1] === 'json' : word === '--output=json' || word === '-ojson',
  );
}

// A pipeline file may leave timers and sockets open: the command is done when its verb is.
// No top-level await: the bundler puts modules into this file that the verbs' chunks import, and they would wait for it while it waits for them.
main(process.argv.slice(2)).then((code) => process.exit(code));
