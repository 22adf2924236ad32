import { expect, it } from 'vitest';
import { paintedGraph } from '../../../framework/viewer/graph/painted-graph.ts';
import { quickLayout, SIZES } from '../../../framework/viewer/graph/quick-layout.ts';

it('an edge goes from the lower side of a parent to the upper side of its child, those of the critical path apart', () => {
  const node = (id: string, parents: readonly string[]) => ({
    ...{ id, step: 'work', title: id, detail: '', status: 'succeeded' as const, parents, members: [id] },
  });
  const nodes = [node('a', []), node('b', ['a']), node('c', ['a', 'gone'])];
  const places = quickLayout(nodes);
  const { edges, highlightedEdges } = paintedGraph(nodes, places, new Set(['a', 'b']));
  const [a, b, c] = ['a', 'b', 'c'].map((id) => places.get(id)!) as [
    { x: number; y: number },
    { x: number; y: number },
    { x: number; y: number },
  ];
  const half = SIZES.width / 2;
  expect([...highlightedEdges]).toEqual([a.x + half, a.y + SIZES.height, b.x + half, b.y]);
  expect([...edges]).toEqual([a.x + half, a.y + SIZES.height, c.x + half, c.y]);
});
