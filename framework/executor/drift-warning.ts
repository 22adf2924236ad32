import type { StepKey } from '../cache/cache-key.ts';
import { type Difference, keyDifferences } from '../cache/explain.ts';
import type { PlanNode } from '../dag/plan.ts';
import { runReference } from '../model/run-reference.ts';
import { shellWord } from '../shell-word.ts';
import type { RunScope } from './run-scope.ts';

const MOST_NAMED = 5;

/**
 * Says that a step runs although the user expects its earlier result: the run to continue has one, or the step stands before `--from`. Names what has
 * changed since, code by file and symbol.
 *
 * @param differences against the nearest earlier key.
 */
export function warnOfDrift(
  node: PlanNode,
  run: Pick<RunScope, 'run' | 'resumed' | 'reuse' | 'emit'>,
  { key, parts }: StepKey,
  differences: readonly Difference[],
): void {
  const earlier = run.resumed.get(node.id);
  if (!earlier && !run.reuse.has(node.id)) return;
  if (earlier && earlier.key === key) return;
  const changed = (earlier ? keyDifferences(earlier.parts, parts) : differences).map(({ part }) => part);
  const more = changed.length > MOST_NAMED ? ` and ${changed.length - MOST_NAMED} more` : '';
  const named = changed.slice(0, MOST_NAMED).join(', ');
  const why = changed.length > 0 ? `since then ${named}${more} changed` : 'no earlier result of it counts';
  const expected = earlier ? `run ${earlier.runId} has its result` : 'it stands before the steps to run again';
  run.emit({
    type: 'step-warning',
    node: node.id,
    code: 'drifted',
    message: `Step ${node.id} runs again, although ${expected}: ${why}.`,
    hint: `sluice why ${runReference(run.run)} ${shellWord(node.id)} shows what was and what is.`,
  });
}
