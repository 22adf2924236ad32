import { type PlannedBody, planBody } from '../../executor/plan-body.ts';
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
  const { plan: planned, params, found, cacheUse, stackName } = prepared;
  if (output === 'mermaid' && !planned.isDynamic) {
    out.line(planned.toMermaid());
    return;
  }
  await withStack({ ...invocation, stack: stackName }, async (stack) => {
    const artifactIo = stackIo(stack, found.definition.materializers);
    const options = { stack, codeDigester: stackDigester(stack), artifactIo, ...cacheUse };
    const body: PlannedBody = planned.isDynamic
      ? await planBody({ ...options, planned, pipeline: found.target, params })
      : { plan: planned, steps: await planRun(planned, options), isWhole: true };
    if (output === 'mermaid') out.line(body.plan.toMermaid());
    else if (output === 'json') out.line(JSON.stringify(planJson(body), undefined, 2));
    else for (const line of planText(body, out.colors)) out.line(line);
  });
}

const planJson = ({ plan: { pipeline }, steps, isWhole }: PlannedBody) => ({
  pipeline,
  /** False: a dynamic pipeline will make more calls, which depend on results that are not there yet. */
  complete: isWhole,
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

function planText({ plan, steps, isWhole }: PlannedBody, colors: Colors): string[] {
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
  const rest = isWhole
    ? []
    : [colors.dim('… and what the body of this dynamic pipeline does with the results to come')];
  return [`${colors.bold(plan.pipeline)} ${colors.dim(`· ${facts.join(' · ')}`)}`, ...lines, ...rest];
}
