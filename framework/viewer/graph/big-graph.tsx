import { useEffect, useMemo, useRef } from 'react';
import type { DrawnNode } from './fold-plan.ts';
import { GraphButtons } from './graph-buttons.tsx';
import { nodeAt } from './node-at.ts';
import { type PaintedNode, paintedGraph } from './painted-graph.ts';
import { type Place, quickLayout, SIZES } from './quick-layout.ts';
import { useCanvasSize } from './use-canvas-size.ts';
import { FIRST_ZOOM, useGraphView } from './use-graph-view.ts';
import { usePointers } from './use-pointers.ts';
import { useWheelZoom } from './use-wheel-zoom.ts';
import './dag.css';

export interface BigGraphProps {
  readonly nodes: readonly (DrawnNode & PaintedNode)[];
  readonly label: string;
  /** Edges between two of these stand out. */
  readonly highlighted: ReadonlySet<string>;
  /** Brought into view. */
  readonly focus: string | null;
  readonly onOpen: (id: string) => void;
}

/** Nothing can be told apart below it: a long chain would be a hair. */
const LEAST_ZOOM = 0.025;
/** Above the first line, in pixels. */
const MARGIN = 40;

/** A graph of thousands of boxes on a canvas: elements would be too many to move. The list beside it has every step for keyboards and screen readers. */
export function BigGraph({ nodes, label, highlighted, focus, onOpen }: BigGraphProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const structure = nodes.map(({ id, parents }) => `${id}<${parents.join(',')}`).join(';');
  const latest = useRef(nodes);
  latest.current = nodes;
  // Only the structure moves nodes: states change many times a second.
  const places = useMemo(() => (structure === '' ? new Map() : quickLayout(latest.current)), [structure]);
  const graph = useMemo(() => paintedGraph(nodes, places, highlighted), [nodes, places, highlighted]);
  const bounds = useMemo(() => boundsOf(graph.places), [graph.places]);
  const size = useCanvasSize(canvas);
  const wholeZoom = Math.min(FIRST_ZOOM, size.width / bounds.width, size.height / bounds.height) * 0.95;
  const leastZoom = Math.max(LEAST_ZOOM, wholeZoom);
  const { view, zoomBy, moveBy, center } = useGraphView(canvas, graph, size, leastZoom);

  // The beginning, or what was asked for; anew when the graph is another one.
  const shown = useRef('');
  useEffect(() => {
    const asked = `${focus} ${structure.length}`;
    if (size.width === 0 || shown.current === asked) return;
    shown.current = asked;
    const place = focus === null ? undefined : places.get(focus);
    if (place) center(place.x + SIZES.width / 2, place.y + SIZES.height / 2, FIRST_ZOOM);
    else center(bounds.x + bounds.width / 2, bounds.y + (size.height / 2 - MARGIN) / FIRST_ZOOM, FIRST_ZOOM);
  }, [focus, structure, places, bounds, size, center]);

  useWheelZoom(canvas, zoomBy);
  const pointers = usePointers({
    moveBy,
    zoomBy,
    click: (at) => {
      const node = nodeAt(graph, view.current, at);
      if (node) onOpen(node.id);
    },
    hover: (at, element) => {
      const node = nodeAt(graph, view.current, at);
      element.title = node ? `${node.title}: ${node.detail}` : '';
      element.style.cursor = node ? 'pointer' : '';
    },
  });
  const middle = { x: size.width / 2, y: size.height / 2 };
  // All of it, or its beginning.
  const fit = (): void => {
    const height = Math.min(bounds.height, (size.height * 0.95) / leastZoom);
    center(bounds.x + bounds.width / 2, bounds.y + height / 2, leastZoom);
  };
  return (
    <section className="dag" aria-label={label}>
      <canvas
        ref={canvas}
        className="dag-canvas"
        role="img"
        aria-label={`${nodes.length.toLocaleString('en-US')} boxes; each step is in the list of steps too`}
        {...pointers}
      />
      <GraphButtons onZoom={(factor) => zoomBy(factor, middle)} onFit={fit} />
    </section>
  );
}

function boundsOf(places: readonly Place[]) {
  let [left, top, right, bottom] = [0, 0, 1, 1];
  for (const { x, y } of places) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + SIZES.width);
    bottom = Math.max(bottom, y + SIZES.height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}
