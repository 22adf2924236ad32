import { explainStepRun } from '../../cache/explain-step-run.ts';
import type { Call } from '../commands/command-kit.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import { findRun, findStep } from '../views/find-run.ts';
import { withStack } from './with-stack.ts';

/** `sluice why RUN STEP` */
export async function whyVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  const channel = invocation.terminal.out;
  const { colors } = channel;
  await withStack(invocation, async ({ metadataStore }) => {
    const run = await findRun(metadataStore, args[0] ?? 'latest');
    const step = findStep(run, await metadataStore.stepRuns(run.id), args[1] ?? '');
    const why = await explainStepRun({ store: metadataStore, run: run.id, node: step.node });
    const json = {
      ...why,
      comparedWith: why.nearest,
      run: run.id,
      step: step.node,
      status: step.status,
      key: step.key,
      parts: step.parts,
    };
    const text = (): string[] => [
      `${colors.bold(step.node)} of ${run.name}: ${why.verdict === 'hit' ? colors.blue('hit') : colors.yellow('miss')}`,
      `  ${why.reason}`,
      ...(why.nearest === null ? [] : [colors.dim(`  compared with ${why.nearest}`)]),
      ...why.differences.flatMap(({ part, before, after }) => [
        `  ${part}`,
        `    ${colors.red(`- ${before ?? '(absent)'}`)}`,
        `    ${colors.green(`+ ${after ?? '(absent)'}`)}`,
      ]),
    ];
    await printDocument({ json, text }, { channel, output });
  });
}
