import { exposedAreas } from './exposed-areas.ts';
import type { GraphColours } from './graph-colours.ts';
import { paintGraph, pixelsOf, type View } from './paint-graph.ts';
import type { PaintedGraph } from './painted-graph.ts';
import type { CanvasSize } from './use-canvas-size.ts';

export interface Picture {
  readonly graph: PaintedGraph;
  readonly view: View;
  readonly size: CanvasSize;
  readonly colours: GraphColours;
}

/**
 * Paints pictures of graphs onto one canvas. One that only moved is not painted again: what is there is moved along, and what comes into sight is added. Without a
 * graphics card a thousand edges take some thirty milliseconds to paint, and this takes three.
 */
export function graphPainter(canvas: HTMLCanvasElement): (picture: Picture) => void {
  const context = canvas.getContext('2d');
  let last: Picture | undefined;
  return (picture) => {
    if (!context) return;
    const before = last;
    last = picture;
    const { graph, view, size, colours } = picture;
    const { width, height } = canvas;
    const whole = { x: 0, y: 0, width, height };
    if (!before || !isMoved(before, picture)) return paintGraph(context, { graph, view, size, colours, area: whole });
    const [from, to] = [pixelsOf(before.view, size), pixelsOf(view, size)];
    const [byX, byY] = [from.x - to.x, from.y - to.y];
    if (byX === 0 && byY === 0) return;
    if (Math.abs(byX) >= width || Math.abs(byY) >= height)
      return paintGraph(context, { graph, view, size, colours, area: whole });
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = 'copy';
    context.drawImage(canvas, byX, byY);
    context.globalCompositeOperation = 'source-over';
    for (const area of exposedAreas(byX, byY, whole)) paintGraph(context, { graph, view, size, colours, area });
  };
}

/** Whether two pictures show the same, perhaps at another place. A canvas that has another size is empty. */
const isMoved = (before: Picture, now: Picture): boolean =>
  before.graph === now.graph &&
  before.size === now.size &&
  before.colours === now.colours &&
  before.view.zoom === now.view.zoom;
