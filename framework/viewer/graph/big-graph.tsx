import { type PointerEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { ALL_STATUSES } from '../parts/status-shapes.ts';
import type { DrawnNode } from './fold-plan.ts';
import { type Palette, paintGraph, type View } from './paint-graph.ts';
import { type PaintedNode, paintedGraph } from './painted-graph.ts';
import { quickLayout, SIZES } from './quick-layout.ts';
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

const MOST_ZOOM = 1.5;
const FIRST_ZOOM = 0.8;
const ZOOM_STEP = 1.5;
/** So far a pointer may go between down and up and still mean a click. */
const CLICK = 4;
const DARK = '(prefers-color-scheme: dark)';

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
  const view = useRef<View>({ x: 0, y: 0, zoom: FIRST_ZOOM });
  const isDark = useMatch(DARK);
  const [size, setSize] = useState({ width: 0, height: 0, ratio: 1 });
  const palette = useRef<Palette | null>(null);

  const frame = useRef(0);
  const draw = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(() => {
      const element = canvas.current;
      const context = element?.getContext('2d');
      if (!element || !context || size.width === 0) return;
      palette.current ??= paletteOf(element);
      paintGraph(context, graph, view.current, size, palette.current);
      element.dataset['drawn'] = String(graph.nodes.length);
    });
  }, [graph, size]);

  useSizeOf(canvas, setSize);
  useEffect(() => {
    if (isDark !== null) palette.current = null;
    draw();
  }, [draw, isDark]);

  const leastZoom = Math.min(FIRST_ZOOM, size.width / bounds.width, size.height / bounds.height) * 0.95;
  const zoomTo = useCallback(
    (wanted: number, at: { readonly x: number; readonly y: number }) => {
      const { x, y, zoom } = view.current;
      const next = Math.min(MOST_ZOOM, Math.max(leastZoom, wanted));
      view.current = { x: x + at.x / zoom - at.x / next, y: y + at.y / zoom - at.y / next, zoom: next };
      draw();
    },
    [draw, leastZoom],
  );
  const center = useCallback(
    (x: number, y: number, zoom: number) => {
      view.current = { x: x - size.width / zoom / 2, y: y - size.height / zoom / 2, zoom };
      draw();
    },
    [draw, size],
  );

  // The beginning, or what was asked for; anew when the graph is another one.
  const shown = useRef('');
  useEffect(() => {
    const first = graph.nodes[0];
    const place = places.get(focus ?? '') ?? (first && places.get(first.id));
    const asked = `${focus} ${structure.length}`;
    if (!place || size.width === 0 || shown.current === asked) return;
    shown.current = asked;
    center(place.x + SIZES.width / 2, place.y + (focus === null ? size.height / FIRST_ZOOM / 2 - 40 : 0), FIRST_ZOOM);
  }, [focus, structure, places, graph, size, center]);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    // Two fingers apart, as browsers tell it; a plain wheel scrolls the page.
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoomTo(view.current.zoom * 2 ** (-event.deltaY / 100), { x: event.offsetX, y: event.offsetY });
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [zoomTo]);

  const nodeAt = (event: PointerEvent): PaintedNode | undefined => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const x = view.current.x + (event.clientX - left) / view.current.zoom;
    const y = view.current.y + (event.clientY - top) / view.current.zoom;
    const index = graph.places.findIndex(
      (place) => x >= place.x && x <= place.x + SIZES.width && y >= place.y && y <= place.y + SIZES.height,
    );
    return graph.nodes[index];
  };
  const drag = useRef<{ x: number; y: number; way: number } | null>(null);
  const onMove = (event: PointerEvent<HTMLCanvasElement>): void => {
    const from = drag.current;
    if (!from) {
      const over = nodeAt(event);
      event.currentTarget.title = over ? `${over.title}: ${over.status}` : '';
      event.currentTarget.style.cursor = over ? 'pointer' : '';
      return;
    }
    const [byX, byY] = [event.clientX - from.x, event.clientY - from.y];
    drag.current = { x: event.clientX, y: event.clientY, way: from.way + Math.abs(byX) + Math.abs(byY) };
    const { x, y, zoom } = view.current;
    view.current = { x: x - byX / zoom, y: y - byY / zoom, zoom };
    draw();
  };
  const middle = { x: size.width / 2, y: size.height / 2 };
  return (
    <section className="dag" aria-label={label}>
      <canvas
        ref={canvas}
        className="dag-canvas"
        role="img"
        aria-label={`${nodes.length.toLocaleString('en-US')} boxes; each step is in the list of steps too`}
        onPointerDown={(event) => {
          drag.current = { x: event.clientX, y: event.clientY, way: 0 };
          // A pointer that was made up by a script can't be held.
          if (event.nativeEvent.isTrusted) event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={onMove}
        onPointerUp={(event) => {
          const isClick = drag.current !== null && drag.current.way < CLICK;
          drag.current = null;
          const node = isClick ? nodeAt(event) : undefined;
          if (node) onOpen(node.id);
        }}
        onPointerCancel={() => {
          drag.current = null;
        }}
      />
      <div className="dag-buttons">
        <button type="button" aria-label="Zoom in" onClick={() => zoomTo(view.current.zoom * ZOOM_STEP, middle)}>
          +
        </button>
        <button type="button" aria-label="Zoom out" onClick={() => zoomTo(view.current.zoom / ZOOM_STEP, middle)}>
          −
        </button>
        <button
          type="button"
          aria-label="Fit view"
          onClick={() => center(bounds.x + bounds.width / 2, bounds.y + bounds.height / 2, leastZoom)}
        >
          ⤢
        </button>
      </div>
    </section>
  );
}

function boundsOf(places: readonly { readonly x: number; readonly y: number }[]) {
  let [left, top, right, bottom] = [0, 0, 1, 1];
  for (const { x, y } of places) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + SIZES.width);
    bottom = Math.max(bottom, y + SIZES.height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The colours of the page, as a canvas needs them. */
function paletteOf(element: HTMLElement): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    line: colour('line-strong'),
    accent: colour('accent'),
    raised: colour('raised'),
    text: colour('text'),
    textSoft: colour('text-2'),
    font: style.fontFamily,
    states: Object.fromEntries(ALL_STATUSES.map((status) => [status, colour(status)])) as Palette['states'],
  };
}

function useSizeOf(
  canvas: { readonly current: HTMLCanvasElement | null },
  tell: (size: { width: number; height: number; ratio: number }) => void,
): void {
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      const ratio = devicePixelRatio;
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
      tell({ width, height, ratio });
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [canvas, tell]);
}

function useMatch(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const tell = (): void => setMatches(list.matches);
    list.addEventListener('change', tell);
    return () => list.removeEventListener('change', tell);
  }, [query]);
  return matches;
}
