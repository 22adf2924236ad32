import type { Call } from '../commands/command-kit.ts';
import type { ExitCode } from '../invocation.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import { withTracker } from './with-stack.ts';

/** `sluice tracker sync`. Ends with 0 when everything is delivered, 1 when something still waits or was refused, 130 on Ctrl-C. */
export async function trackerSyncVerb({ invocation, command }: Call): Promise<ExitCode> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  const { out, err } = invocation.terminal;
  return withTracker(invocation, async ({ name, experimentTracker }): Promise<ExitCode> => {
    const stopping = new AbortController();
    const stop = (): void => stopping.abort();
    process.once('SIGINT', stop);
    try {
      const onProgress = progressLines((text) => {
        if (!invocation.quiet && output === 'text') err.line(err.colors.dim(text));
      });
      const result = await experimentTracker.backlog.sync({ signal: stopping.signal, onProgress });
      const { delivered, waiting, refused, problem } = result;
      const json = { stack: name, flavor: experimentTracker.flavor, ...result, problem: problem ?? null };
      const text = (): string[] => [
        `${delivered} delivered, ${waiting} waiting, ${refused} refused.`,
        ...(problem === undefined ? [] : [out.colors.yellow(problem)]),
      ];
      await printDocument({ json, text }, { channel: out, output });
      if (stopping.signal.aborted) return 130;
      return waiting > 0 || refused > 0 ? 1 : 0;
    } finally {
      process.off('SIGINT', stop);
    }
  });
}

const EVERY_MS = 1000;

/** One line a second at most. */
function progressLines(say: (text: string) => void) {
  let last = Date.now();
  return ({ delivered, waiting }: { readonly delivered: number; readonly waiting: number }): void => {
    if (Date.now() - last < EVERY_MS) return;
    last = Date.now();
    say(`${delivered} delivered, ${waiting} waiting`);
  };
}
