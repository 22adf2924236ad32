import type { Plan } from '../../dag/plan.ts';
import { type PlannedStep, planRun } from '../../executor/plan-run.ts';
import { stackDigester, stackIo } from '../../executor/stack-services.ts';
import type { Call } from '../commands/command-kit.ts';
import { padEnd } from '../format/width.ts';
import type { Colors } from '../reporters/terminal.ts';
import { preparePipeline } from './prepare-pipeline.ts';
import { withStack } from './with-stack.ts';

/** `sluice plan PIPELINE` */
export async function planVerb(call: Call): Promise<undefined> {
  const { invocation, command } = call;
  const { output } = command.opts<{ readonly output: 'text' | 'json' | 'mermaid' }>();
  const { out } = invocation.terminal;
  if (output === 'json') invocation.terminal.reserveOut();
  const prepared = await preparePipeline(call);
  if (prepared === 'help') return;
  const { plan, found, cacheUse, stackName } = prepared;
  if (output === 'mermaid') {
    out.line(plan.toMermaid());
    return;
  }
  await withStack({ ...invocation, stack: stackName }, async (stack) => {
    const artifactIo = stackIo(stack, found.definition.materializers);
    const steps = await planRun(plan, { stack, codeDigester: stackDigester(stack), artifactIo, ...cacheUse });
    if (output === 'json') out.line(JSON.stringify(planJson(plan, steps), undefined, 2));
    else for (const line of planText(plan, steps, out.colors)) out.line(line);
  });
}

const planJson = ({ pipeline }: Plan, steps: readonly PlannedStep[]) => ({
  pipeline,
  hits: steps.filter(({ verdict }) => verdict === 'hit').length,
  misses: steps.filter(({ verdict }) => verdict === 'miss').length,
  unknown: steps.filter(({ verdict }) => verdict === 'unknown').length,
  steps: steps.map(({ node, step, ...planned }) => ({ id: node, name: step, ...planned })),
});

const VERDICTS = {
  hit: { mark: '≡', word: 'hit', color: 'blue' },
  miss: { mark: '▸', word: 'run', color: 'yellow' },
  unknown: { mark: '?', word: 'open', color: 'dim' },
} as const;

function planText(plan: Plan, steps: readonly PlannedStep[], colors: Colors): string[] {
  const width = Math.min(32, Math.max(0, ...steps.map(({ node }) => node.length)));
  const count = (verdict: PlannedStep['verdict']): number => steps.filter((step) => step.verdict === verdict).length;
  const open = count('unknown');
  const total = steps.length === 1 ? '1 step' : `${steps.length} steps`;
  const facts = [total, `${count('hit')} hit`, `${count('miss')} to run`, ...(open > 0 ? [`${open} open`] : [])];
  const lines = steps.flatMap(({ node, verdict, reason, warnings }) => {
    const { mark, word, color } = VERDICTS[verdict];
    const paint = colors[color];
    return [
      `${paint(mark)} ${padEnd(node, width)}  ${paint(word.padEnd(4))}  ${colors.dim(reason)}`,
      ...warnings.map(({ message }) => `  ${colors.yellow('!')} ${message}`),
    ];
  });
  return [`${colors.bold(plan.pipeline)} ${colors.dim(`· ${facts.join(' · ')}`)}`, ...lines];
}
