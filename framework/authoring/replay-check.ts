import { isDeepStrictEqual } from 'node:util';
import type { Plan, PlanNode } from '../dag/plan.ts';
import { resolveRefs } from './define-plan.ts';
import { callBody, type PipelineClass } from './pipeline.ts';
import { Recorder, recordInto } from './recorder.ts';

/**
 * Runs the body again on the real outputs: the step calls it makes must be the planned ones. This finds what no stand-in can trap,
 * `if (ok)`, `===`, `typeof`, and bodies that read the clock or chance.
 *
 * @param outputOf the real output of a node; asked for every node.
 * @returns the first difference in words, undefined when there is none.
 */
export async function replayCheck(options: {
  readonly pipeline: PipelineClass;
  readonly params: unknown;
  readonly plan: Plan;
  readonly outputOf: (node: string) => unknown;
}): Promise<string | undefined> {
  const { plan, outputOf } = options;
  const recorder = new Recorder({ pipeline: plan.pipeline, answer: ({ id }) => outputOf(id) });
  try {
    await recordInto(recorder, () => callBody(options.pipeline, options.params));
  } catch (error) {
    return `on real values it throws: ${error instanceof Error ? error.message : String(error)}`;
  }
  for (let i = 0; i < Math.max(plan.nodes.length, recorder.nodes.length); i++) {
    const difference = compare(plan.nodes[i], recorder.nodes[i], outputOf);
    if (difference) return `call ${i + 1}: ${difference}`;
  }
  return undefined;
}

function compare(
  planned: PlanNode | undefined,
  made: PlanNode | undefined,
  outputOf: (node: string) => unknown,
): string | undefined {
  if (planned?.id !== made?.id) return `planned ${planned?.id ?? 'nothing'}, with real values ${made?.id ?? 'nothing'}`;
  const before = resolveRefs(planned?.args, outputOf) as readonly unknown[];
  const now = made?.args ?? [];
  const at = now.findIndex((value, i) => !isDeepStrictEqual(value, before[i]));
  if (at < 0 && before.length === now.length) return undefined;
  return `${made?.id} gets another ${made?.argNames[at] ?? 'number of arguments'}`;
}
