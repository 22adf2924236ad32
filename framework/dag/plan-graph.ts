import { createRequire } from 'node:module';
import type { DirectedGraph } from 'graphology';
import type { PlanNode } from './plan.ts';

/** What is asked of the shape of a plan beyond parents and children. */
export interface PlanGraph {
  hasCycle(): boolean;
  /** Ids of all nodes above one, in no order. */
  ancestors(id: string): ReadonlySet<string>;
  /** Ids of all nodes below one, in no order. */
  descendants(id: string): ReadonlySet<string>;
}

const require = createRequire(import.meta.url);

/**
 * The graph of some nodes, each of whose parents is among them. It stands on graphology, which is loaded by the first question and not before: it is 100 kB,
 * and a run of steps that were called in order asks none.
 */
export function planGraph(nodes: readonly PlanNode[]): PlanGraph {
  let made: DirectedGraph | undefined;
  const graph = (): DirectedGraph => {
    made ??= graphOf(nodes);
    return made;
  };
  const reach = (id: string, mode: 'inbound' | 'outbound'): ReadonlySet<string> => {
    const { bfsFromNode } = require('graphology-traversal') as typeof import('graphology-traversal');
    const found = new Set<string>();
    bfsFromNode(graph(), id, (other) => void found.add(other), { mode });
    found.delete(id);
    return found;
  };
  return {
    hasCycle: () => (require('graphology-dag') as typeof import('graphology-dag')).hasCycle(graph()),
    ancestors: (id) => reach(id, 'inbound'),
    descendants: (id) => reach(id, 'outbound'),
  };
}

function graphOf(nodes: readonly PlanNode[]): DirectedGraph {
  const { DirectedGraph } = require('graphology') as typeof import('graphology');
  const graph = new DirectedGraph();
  for (const { id } of nodes) graph.addNode(id);
  for (const { id, parents } of nodes) for (const parent of parents) graph.mergeDirectedEdge(parent, id);
  return graph;
}
