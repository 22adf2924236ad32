import { sluiceError } from '../errors.ts';
import { refsIn } from './output-ref.ts';
import type { Plan, PlanJson, PlanNode } from './plan.ts';
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
  if (hasCycle(options.nodes, children)) throw sluiceError('ERR_PLAN_CYCLE', { path: cyclePath(byId) });
  const nodes = Object.freeze(topological(options.nodes));
  const reach = (id: string, next: (from: string) => readonly string[]): string[] => {
    const found = new Set<string>();
    const open = [...next(id)];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (found.has(at)) continue;
      found.add(at);
      open.push(...next(at));
    }
    return nodes.filter((node) => found.has(node.id)).map((node) => node.id);
  };
  const node = (id: string): PlanNode => byId.get(id) ?? unknownNode(id, options.pipeline);
  const below = (id: string): readonly string[] => children.get(node(id).id) ?? [];
  const json: PlanJson = Object.freeze({ pipeline: options.pipeline, nodes: nodes.map(nodeToJson) });
  return Object.freeze({
    pipeline: options.pipeline,
    nodes,
    result: options.result,
    node,
    children: below,
    ancestors: (id: string) => reach(id, (from) => node(from).parents),
    descendants: (id: string) => reach(id, below),
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

/** Whether taking away nodes that wait for nothing, again and again, leaves some. */
function hasCycle(nodes: readonly PlanNode[], children: ReadonlyMap<string, readonly string[]>): boolean {
  const waits = new Map(nodes.map(({ id, parents }) => [id, new Set(parents).size]));
  const free = nodes.filter(({ id }) => waits.get(id) === 0).map(({ id }) => id);
  let taken = 0;
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    taken++;
    for (const child of children.get(id) ?? []) {
      const left = (waits.get(child) ?? 0) - 1;
      waits.set(child, left);
      if (left === 0) free.push(child);
    }
  }
  return taken < nodes.length;
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
