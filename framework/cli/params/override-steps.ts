import type { Plan, PlanNode } from '../../dag/plan.ts';
import type { StepOptions } from '../../model/step-definition.ts';
import { nearest } from '../../nearest.ts';
import type { StepOverrides } from './config-options.ts';
import { configError } from './read-config.ts';

/**
 * The plan with other options for some of its steps, named by step name or by node (the node's own entry wins).
 * None of these options is part of a cache key. A dynamic pipeline's steps are known when they are called: of those that are, it is the same.
 * @throws ERR_CONFIG for a step that the plan doesn't have.
 */
export function overrideSteps(plan: Plan, overrides: StepOverrides, file: string): Plan {
  if (plan.isDynamic) return Object.freeze({ ...plan, adjust: (node: PlanNode) => overrideNode(node, overrides) });
  const names = new Set(plan.nodes.flatMap(({ id, step }) => [id, step.name]));
  for (const name of Object.keys(overrides)) {
    if (names.has(name)) continue;
    const meant = nearest(name, [...names]);
    const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw configError(
      file,
      `steps: ${plan.pipeline} has no step ${name}.${suggestion}`,
      `Its steps are ${[...names].join(', ')}.`,
    );
  }
  const nodes = plan.nodes.map((node) => overrideNode(node, overrides));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return Object.freeze({ ...plan, nodes, node: (id: string) => byId.get(id) ?? plan.node(id) });
}

function overrideNode(node: PlanNode, overrides: StepOverrides): PlanNode {
  const override = { ...overrides[node.step.name], ...overrides[node.id] };
  if (Object.keys(override).length === 0) return node;
  const { options } = node.step;
  const merged: StepOptions = {
    ...options,
    ...override,
    // `retryOn`, which no file can write, stays.
    ...(override.retry && { retry: { ...options.retry, ...override.retry } }),
    ...(override.cache !== undefined && { cache: mergeCache(options.cache, override.cache) }),
  };
  return Object.freeze({ ...node, step: Object.freeze({ ...node.step, options: Object.freeze(merged) }) });
}

/** What the decorator says of the key (`ignore`, `extra`) stays: a file changes whether and how long results are used, not what they are. */
function mergeCache(
  own: StepOptions['cache'],
  override: NonNullable<StepOptions['cache']>,
): NonNullable<StepOptions['cache']> {
  if (override === false || typeof own !== 'object') return override;
  return override === true ? own : { ...own, ...override };
}
