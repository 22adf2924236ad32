import { DirectedGraph } from 'graphology';
import { hasCycle } from 'graphology-dag';
import { bfsFromNode } from 'graphology-traversal';
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
  const graph = graphOf(options.nodes, byId);
  if (hasCycle(graph)) throw sluiceError('ERR_PLAN_CYCLE', { path: cyclePath(byId) });
  const nodes = Object.freeze(topological(options.nodes));
  const reach = (id: string, mode: 'inbound' | 'outbound'): string[] => {
    const found = new Set<string>();
    bfsFromNode(graph, id, (other) => void found.add(other), { mode });
    return nodes.filter((node) => node.id !== id && found.has(node.id)).map((node) => node.id);
  };
  const json: PlanJson = Object.freeze({ pipeline: options.pipeline, nodes: nodes.map(nodeToJson) });
  return Object.freeze({
    pipeline: options.pipeline,
    nodes,
    result: options.result,
    node: (id: string) => byId.get(id) ?? unknownNode(id, options.pipeline),
    children: (id: string) => graph.outNeighbors(id),
    ancestors: (id: string) => reach(id, 'inbound'),
    descendants: (id: string) => reach(id, 'outbound'),
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

function graphOf(nodes: readonly PlanNode[], byId: ReadonlyMap<string, PlanNode>): DirectedGraph {
  const graph = new DirectedGraph();
  for (const { id } of nodes) graph.addNode(id);
  for (const { id, parents } of nodes) {
    for (const parent of parents) {
      if (byId.has(parent)) graph.addDirectedEdge(parent, id);
      else {
        throw sluiceError('ERR_STEP_DEFINITION', {
          step: id,
          problem: `it waits for ${parent}, which this pipeline body never called.`,
          fix: 'Use only results of steps called in the same body.',
        });
      }
    }
  }
  return graph;
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
