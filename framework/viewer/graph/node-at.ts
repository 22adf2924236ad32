import type { View } from './paint-graph.ts';
import type { PaintedGraph, PaintedNode } from './painted-graph.ts';
import { type Place, SIZES } from './quick-layout.ts';

/** The box below a place of the canvas. @param at pixels of CSS from its upper left corner */
export function nodeAt({ nodes, places }: PaintedGraph, view: View, at: Place): PaintedNode | undefined {
  const x = view.x + at.x / view.zoom;
  const y = view.y + at.y / view.zoom;
  const index = places.findIndex(
    (place) => x >= place.x && x <= place.x + SIZES.width && y >= place.y && y <= place.y + SIZES.height,
  );
  return nodes[index];
}
