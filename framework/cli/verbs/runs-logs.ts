import { setTimeout as wait } from 'node:timers/promises';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import type { LogLine, StepRunRecord } from '../../model/run.ts';
import { isFinal } from '../../model/status.ts';
import type { Call } from '../commands/command-kit.ts';
import { isoTime } from '../format/relative-time.ts';
import type { Channel, Colors } from '../reporters/terminal.ts';
import { findRun, findStep } from '../views/find-run.ts';
import { withStack } from './with-stack.ts';

interface Options {
  readonly step?: string;
  readonly attempt?: number;
  readonly follow?: boolean;
  readonly output: 'text' | 'json';
}

type StoredLine = LogLine & { readonly attempt: number; readonly seq: number };

/** Lines read at once from the store. */
const PAGE = 1000;
const FOLLOW_EVERY_MS = 400;

/** `sluice runs logs RUN` */
export async function runsLogsVerb({ invocation, args, command }: Call): Promise<undefined> {
  const options = command.opts<Options>();
  const channel = invocation.terminal.out;
  await withStack(invocation, async ({ metadataStore }) => {
    const { id } = await findRun(metadataStore, args[0] ?? 'latest');
    const printer = logPrinter(metadataStore, channel, options);
    for (;;) {
      // The state is read before the lines: what was written until the run ended is then read for sure.
      const run = await findRun(metadataStore, id);
      const all = await metadataStore.stepRuns(id);
      const steps = options.step === undefined ? all : [findStep(run, all, options.step)];
      if (options.attempt !== undefined) checkAttempt(steps, options.attempt);
      await printer.print(steps, all.length > 1);
      if (!options.follow || isFinal(run.status) || channel.closed) break;
      await wait(FOLLOW_EVERY_MS);
    }
    // Beside the data, so that a script that counts lines counts none.
    if (printer.isEmpty() && !invocation.quiet && options.output === 'text') {
      invocation.terminal.err.line('Nothing was logged. A cached step has the log of the run that made its result.');
    }
  });
}

function checkAttempt(steps: readonly StepRunRecord[], attempt: number): void {
  const most = Math.max(0, ...steps.map(({ attempts }) => attempts));
  if (attempt <= most) return;
  throw sluiceError('ERR_NOT_FOUND', {
    what: 'attempt',
    reference: String(attempt),
    hint: most === 0 ? 'The step has not run in this run (a cached one has no log of its own).' : `There were ${most}.`,
  });
}

function logPrinter(store: MetadataStore, channel: Channel, { attempt, output }: Options) {
  /** Step run id → the last line that was printed. */
  const printed = new Map<string, number>();

  async function newLines(step: StepRunRecord): Promise<readonly StoredLine[]> {
    const lines: StoredLine[] = [];
    for (;;) {
      const after = printed.get(step.id);
      const page = await store.readLogs(step.id, {
        limit: PAGE,
        ...(attempt !== undefined && { attempt }),
        ...(after !== undefined && { after }),
      });
      lines.push(...page);
      const last = page.at(-1);
      if (last) printed.set(step.id, last.seq);
      if (page.length < PAGE) return lines;
    }
  }

  return {
    isEmpty: () => printed.size === 0,
    /** Lines not printed yet, of all steps by time. */
    async print(steps: readonly StepRunRecord[], named: boolean): Promise<void> {
      const all: { readonly step: StepRunRecord; readonly line: StoredLine }[] = [];
      for (const step of steps) all.push(...(await newLines(step)).map((line) => ({ step, line })));
      all.sort((a, b) => a.line.time - b.line.time);
      const width = named ? Math.max(0, ...steps.map(({ node }) => node.length)) : 0;
      for (const { step, line } of all) {
        channel.line(output === 'json' ? lineJson(step, line) : lineText(step, line, width, channel.colors));
      }
    },
  };
}

const lineJson = (step: StepRunRecord, { time, ...line }: StoredLine): string =>
  JSON.stringify({ time: isoTime(time), step: step.node, ...line });

function lineText(step: StepRunRecord, line: StoredLine, width: number, colors: Colors): string {
  const time = colors.dim(new Date(line.time).toISOString().slice(11, 23));
  const node = width > 0 ? `${colors.cyan(step.node.padEnd(width))} ` : '';
  const attempt = line.attempt > 1 ? colors.dim(`#${line.attempt} `) : '';
  const level = line.level === 'error' ? colors.red('error ') : line.level === 'warn' ? colors.yellow('warn ') : '';
  const fields =
    line.fields && Object.keys(line.fields).length > 0 ? ` ${colors.dim(JSON.stringify(line.fields))}` : '';
  return `${time} ${node}${attempt}${level}${line.message.replace(/\n$/, '')}${fields}`;
}
