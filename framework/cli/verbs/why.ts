import type { ExplainedDifference } from '../../cache/code-differences.ts';
import { explainStepRun } from '../../cache/explain-step-run.ts';
import type { Call } from '../commands/command-kit.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import type { Colors } from '../reporters/terminal.ts';
import { findRun, findStep } from '../views/find-run.ts';
import { withStack } from './with-stack.ts';

interface Options {
  readonly output: DocumentOutput;
  readonly diff?: boolean;
}

const VERDICT_COLORS = { hit: 'blue', miss: 'yellow', none: 'dim' } as const;

/** `sluice why RUN STEP` */
export async function whyVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output, diff = false } = command.opts<Options>();
  const channel = invocation.terminal.out;
  const { colors } = channel;
  await withStack(invocation, async ({ metadataStore }) => {
    const run = await findRun(metadataStore, args[0] ?? 'latest');
    const step = findStep(run, await metadataStore.stepRuns(run.id), args[1] ?? '');
    const why = await explainStepRun({ store: metadataStore, run: run.id, node: step.node });
    const { verdict, reason, nearest, differences } = why;
    const { status, key, parts } = step;
    const json = { ...why, comparedWith: nearest, run: run.id, step: step.node, status, key, parts };
    const said = verdict === 'none' ? 'no verdict' : verdict;
    const text = (): string[] => [
      `${colors.bold(step.node)} of ${run.name}: ${colors[VERDICT_COLORS[verdict]](said)}`,
      `  ${reason}`,
      ...(nearest === null ? [] : [colors.dim(`  compared with ${nearest}`)]),
      ...differences.flatMap((difference) => differenceText(difference, diff, colors)),
      ...(!diff && differences.some(({ code }) => code) ? [colors.dim('  --diff shows the changed lines.')] : []),
    ];
    await printDocument({ json, text }, { channel, output });
  });
}

function differenceText({ part, before, after, code }: ExplainedDifference, diff: boolean, colors: Colors): string[] {
  if (diff && code) return [`  ${part}`, ...hunks(code.diff).map((line) => `    ${lineColor(line, colors)}`)];
  return [
    `  ${part}`,
    `    ${colors.red(`- ${before ?? '(absent)'}`)}`,
    `    ${colors.green(`+ ${after ?? '(absent)'}`)}`,
  ];
}

/** Without the names of the two sides, which the part has said. */
const hunks = (diff: string): string[] => {
  const lines = diff.trimEnd().split('\n');
  return lines.slice(
    Math.max(
      0,
      lines.findIndex((line) => line.startsWith('@@')),
    ),
  );
};

function lineColor(line: string, colors: Colors): string {
  if (line.startsWith('@@')) return colors.dim(line);
  if (line.startsWith('+')) return colors.green(line);
  return line.startsWith('-') ? colors.red(line) : line;
}
