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
  const nodes = Object.freeze(topological(options.nodes, byId));
  if (nodes.length < byId.size) throw sluiceError('ERR_PLAN_CYCLE', { path: cyclePath(byId) });
  const reach = (start: string, next: (id: string) => readonly string[]): string[] => {
    const found = new Set<string>();
    const open = [start];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const other of next(id)) {
        if (found.has(other)) continue;
        found.add(other);
        open.push(other);
      }
    }
    return nodes.filter(({ id }) => found.has(id)).map(({ id }) => id);
  };
  const json: PlanJson = Object.freeze({ pipeline: options.pipeline, nodes: nodes.map(nodeToJson) });
  return Object.freeze({
    pipeline: options.pipeline,
    nodes,
    result: options.result,
    node: (id: string) => byId.get(id) ?? unknownNode(id, options.pipeline),
    children: (id: string) => children.get(id) ?? [],
    ancestors: (id: string) => reach(id, (at) => byId.get(at)?.parents ?? []),
    descendants: (id: string) => reach(id, (at) => children.get(at) ?? []),
    toText: () => planToText(json),
    toMermaid: () => planToMermaid(json),
    toJSON: () => json,
  });
}

function unknownNode(id: string, pipeline: string): never {
  throw sluiceError('ERR_STEP_DEFINITION', {
    step: id,
    problem: `pipeline ${pipeline} has no such step.`,
    fix: `sluice plan ${pipeline} lists its steps.`,
  });
}

function childrenOf(
  nodes: readonly PlanNode[],
  byId: ReadonlyMap<string, PlanNode>,
): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { id, parents } of nodes) {
    for (const parent of parents) {
      if (byId.has(parent)) children.get(parent)?.push(id);
      else {
        throw sluiceError('ERR_STEP_DEFINITION', {
          step: id,
          problem: `it waits for ${parent}, which this pipeline body never called.`,
          fix: 'Use only results of steps called in the same body.',
        });
      }
    }
  }
  return children;
}

/** Parents first, otherwise in the order of recording (depth first over parents). Nodes on a cycle, and those below it, are left out. */
function topological(nodes: readonly PlanNode[], byId: ReadonlyMap<string, PlanNode>): PlanNode[] {
  const placed = new Set<string>();
  const entered = new Set<string>();
  const ordered: PlanNode[] = [];
  for (const first of nodes) {
    const stack = [first];
    for (let node = stack.at(-1); node; node = stack.at(-1)) {
      const waiting = node.parents.find((parent) => !placed.has(parent));
      // Entered and not placed: it waits for itself.
      if (waiting !== undefined && entered.has(waiting)) break;
      if (waiting !== undefined) {
        entered.add(waiting);
        stack.push(byId.get(waiting)!);
        continue;
      }
      stack.pop();
      if (!placed.has(node.id)) ordered.push(node);
      placed.add(node.id);
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

const nodeToJson = (node: PlanNode): PlanJson['nodes'][number] =>
  Object.freeze({
    id: node.id,
    step: node.step.name,
    parents: node.parents,
    inputs: [...new Set(node.args.flatMap(refsIn).map(String))],
  });
