import type { Call } from '../commands/command-kit.ts';
import { isoTime, relativeTime } from '../format/relative-time.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import { withTracker } from './with-stack.ts';

/** `sluice tracker status` */
export async function trackerStatusVerb({ invocation, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  const channel = invocation.terminal.out;
  const { colors } = channel;
  await withTracker(invocation, async ({ name, experimentTracker }) => {
    const { waiting, refused, runs, refusedFile, problem, courier } = await experimentTracker.backlog.status();
    const json = {
      stack: name,
      flavor: experimentTracker.flavor,
      waiting,
      refused,
      refusedFile: refusedFile ?? null,
      problem: problem ? { message: problem.message, at: isoTime(problem.at) } : null,
      courier: courier ?? null,
      runs: runs.map(({ runId, entries, since }) => ({ run: runId, entries, since: isoTime(since) })),
    };
    const text = (): string[] => [
      waiting === 0
        ? `Nothing waits for the ${experimentTracker.flavor} tracker.`
        : `${countOf(waiting, 'entry', 'entries')} of ${countOf(runs.length, 'run', 'runs')} wait for the ${experimentTracker.flavor} tracker; sluice tracker sync hands them over.`,
      ...runs.map(
        ({ runId, entries, since }) =>
          `  ${runId}  ${entries} ${colors.dim(`since ${relativeTime(since, Date.now())}`)}`,
      ),
      ...(problem
        ? [colors.yellow(`The last try, ${relativeTime(problem.at, Date.now())}, failed: ${problem.message}`)]
        : []),
      ...(courier === undefined ? [] : [`Process ${courier} delivers them, and tries for ten minutes.`]),
      ...(refused === 0 ? [] : [colors.yellow(`${countOf(refused, 'entry', 'entries')} refused: ${refusedFile}`)]),
    ];
    await printDocument({ json, text }, { channel, output });
  });
}

const countOf = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
