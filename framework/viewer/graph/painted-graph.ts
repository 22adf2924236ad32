import type { Status } from '../../server/api/status.ts';
import { pathEdges } from './path-edges.ts';
import { type Place, SIZES } from './quick-layout.ts';

/** A box of a graph that is painted, not made of elements. */
export interface PaintedNode {
  readonly id: string;
  readonly title: string;
  /** Its state in words, and what else one wants to know at a glance. */
  readonly detail: string;
  readonly status: Status;
  readonly parents: readonly string[];
}

export interface PaintedGraph {
  readonly nodes: readonly PaintedNode[];
  /** As `nodes`. */
  readonly places: readonly Place[];
  /** x, y of where an edge begins and of where it ends, one after the other. */
  readonly edges: Float32Array;
  readonly highlightedEdges: Float32Array;
  /** Ids of nodes. */
  readonly highlighted: ReadonlySet<string>;
}

/** Gathers what painting needs of each frame, once. */
export function paintedGraph(
  nodes: readonly PaintedNode[],
  at: ReadonlyMap<string, Place>,
  highlighted: ReadonlySet<string>,
): PaintedGraph {
  const plain: number[] = [];
  const strong: number[] = [];
  const onPath = pathEdges(highlighted);
  for (const { id, parents } of nodes) {
    const to = at.get(id)!;
    for (const parent of parents) {
      const from = at.get(parent);
      if (!from) continue;
      const list = onPath.get(id) === parent ? strong : plain;
      list.push(from.x + SIZES.width / 2, from.y + SIZES.height, to.x + SIZES.width / 2, to.y);
    }
  }
  return {
    nodes,
    places: nodes.map(({ id }) => at.get(id)!),
    edges: Float32Array.from(plain),
    highlightedEdges: Float32Array.from(strong),
    highlighted,
  };
}
