import { type RefObject, useCallback, useEffect, useRef } from 'react';
import { coloursOf, type GraphColours, useIsDark } from './graph-colours.ts';
import { graphPainter } from './graph-painter.ts';
import type { View } from './paint-graph.ts';
import type { PaintedGraph } from './painted-graph.ts';
import type { Place } from './quick-layout.ts';
import type { CanvasSize } from './use-canvas-size.ts';

const MOST_ZOOM = 1.5;
/** Names can be read. */
export const FIRST_ZOOM = 0.8;

/** The part of a painted graph that is in sight, and what changes it; each change paints at the next frame. @param leastZoom shows all of it */
export function useGraphView(
  canvas: RefObject<HTMLCanvasElement | null>,
  graph: PaintedGraph,
  size: CanvasSize,
  leastZoom: number,
) {
  const view = useRef<View>({ x: 0, y: 0, zoom: FIRST_ZOOM });
  const isDark = useIsDark();
  const colours = useRef<GraphColours | null>(null);
  const frame = useRef(0);
  const paint = useRef<ReturnType<typeof graphPainter>>(null);
  const draw = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const element = canvas.current;
      if (!element || size.width === 0) return;
      colours.current ??= coloursOf(element);
      paint.current ??= graphPainter(element);
      paint.current({ graph, view: view.current, size, colours: colours.current });
      element.dataset['drawn'] = String(graph.nodes.length);
    });
  }, [canvas, graph, size]);
  useEffect(() => {
    if (isDark !== null) colours.current = null;
    draw();
  }, [draw, isDark]);
  const zoomBy = useCallback(
    (factor: number, at: Place) => {
      const { x, y, zoom } = view.current;
      const next = Math.min(MOST_ZOOM, Math.max(leastZoom, zoom * factor));
      view.current = { x: x + at.x / zoom - at.x / next, y: y + at.y / zoom - at.y / next, zoom: next };
      draw();
    },
    [draw, leastZoom],
  );
  const moveBy = useCallback(
    (byX: number, byY: number) => {
      const { x, y, zoom } = view.current;
      view.current = { x: x - byX / zoom, y: y - byY / zoom, zoom };
      draw();
    },
    [draw],
  );
  const center = useCallback(
    (x: number, y: number, zoom: number) => {
      view.current = { x: x - size.width / zoom / 2, y: y - size.height / zoom / 2, zoom };
      draw();
    },
    [draw, size],
  );
  return { view, zoomBy, moveBy, center };
}
