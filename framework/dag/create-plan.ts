import { sluiceError } from '../errors.ts';
import { refsIn } from './output-ref.ts';
import type { Plan, PlanJson, PlanNode } from './plan.ts';
import { planGraph } from './plan-graph.ts';
import { planToMermaid, planToText } from './print-plan.ts';

/**
 * The frozen plan of some step calls.
 * @throws ERR_PLAN_CYCLE naming the path; ERR_STEP_DEFINITION for a parent that was never called.
 */
export function createPlan(options: {
  readonly pipeline: string;
  readonly nodes: readonly PlanNode[];
  readonly result: unknown;
}): Plan {
  const byId = new Map(options.nodes.map((node) => [node.id, node]));
  const children = childrenOf(options.nodes, byId);
  const graph = planGraph(options.nodes);
  if (!isInOrder(options.nodes) && graph.hasCycle()) throw sluiceError('ERR_PLAN_CYCLE', { path: cyclePath(byId) });
  const nodes = Object.freeze(topological(options.nodes));
  const inOrder = (ids: ReadonlySet<string>): string[] => nodes.filter(({ id }) => ids.has(id)).map(({ id }) => id);
  const node = (id: string): PlanNode => byId.get(id) ?? unknownNode(id, options.pipeline);
  const below = (id: string): readonly string[] => children.get(node(id).id) ?? [];
  const json: PlanJson = Object.freeze({ pipeline: options.pipeline, nodes: nodes.map(nodeToJson) });
  return Object.freeze({
    pipeline: options.pipeline,
    nodes,
    result: options.result,
    node,
    children: below,
    ancestors: (id: string) => inOrder(graph.ancestors(node(id).id)),
    descendants: (id: string) => inOrder(graph.descendants(node(id).id)),
    toText: () => planToText(json),
    toMermaid: () => planToMermaid(json),
    toJSON: () => json,
  });
}

export function unknownNode(id: string, pipeline: string): never {
  throw sluiceError('ERR_STEP_DEFINITION', {
    step: id,
    problem: `pipeline ${pipeline} has no such step.`,
    fix: `sluice plan ${pipeline} lists its steps.`,
  });
}

/** Nodes that wait for a node, by its id, each once. */
function childrenOf(
  nodes: readonly PlanNode[],
  byId: ReadonlyMap<string, PlanNode>,
): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const { id, parents } of nodes) {
    for (const parent of new Set(parents)) {
      if (!byId.has(parent)) {
        throw sluiceError('ERR_STEP_DEFINITION', {
          step: id,
          problem: `it waits for ${parent}, which this pipeline body never called.`,
          fix: 'Use only results of steps called in the same body.',
        });
      }
      const known = children.get(parent);
      if (known) known.push(id);
      else children.set(parent, [id]);
    }
  }
  return children;
}

/** Whether every node was called after all that it waits for: then there is no circle, and nothing to put in order. `after` alone can have it otherwise. */
function isInOrder(nodes: readonly PlanNode[]): boolean {
  const called = new Set<string>();
  return nodes.every(({ id, parents }) => parents.every((parent) => called.has(parent)) && called.add(id));
}

/** Parents first, otherwise in the order of recording (depth first over parents). */
function topological(nodes: readonly PlanNode[]): PlanNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const placed = new Set<string>();
  const ordered: PlanNode[] = [];
  for (const first of nodes) {
    const stack = [first];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      const waiting = node.parents.find((parent) => !placed.has(parent));
      if (waiting !== undefined) stack.push(byId.get(waiting)!);
      else {
        stack.pop();
        if (!placed.has(node.id)) ordered.push(node);
        placed.add(node.id);
      }
    }
  }
  return ordered;
}

/** One cycle, its first node repeated at the end: walking up parents of nodes on cycles must come back. */
function cyclePath(byId: ReadonlyMap<string, PlanNode>): string[] {
  const open = new Map(byId);
  for (let removed = true; removed; ) {
    removed = false;
    for (const [id, node] of open) {
      if (node.parents.some((parent) => open.has(parent))) continue;
      open.delete(id);
      removed = true;
    }
  }
  const path: string[] = [];
  let id = open.keys().next().value!;
  while (!path.includes(id)) {
    path.push(id);
    id = open.get(id)!.parents.find((parent) => open.has(parent))!;
  }
  return [...path.slice(path.indexOf(id)), id].reverse();
}

export const nodeToJson = (node: PlanNode): PlanJson['nodes'][number] =>
  Object.freeze({
    id: node.id,
    step: node.step.name,
    parents: node.parents,
    inputs: [...new Set(node.args.flatMap(refsIn).map(String))],
  });
