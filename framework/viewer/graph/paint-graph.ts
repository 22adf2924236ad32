import type { Status } from '../../server/api/status.ts';
import { ALL_STATUSES, SHAPES } from '../parts/status-shapes.ts';
import type { PaintedGraph } from './painted-graph.ts';
import { type Place, SIZES } from './quick-layout.ts';

/** What is in sight: units of the graph at the left and upper edge, and pixels of a unit. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Palette {
  readonly line: string;
  readonly accent: string;
  readonly raised: string;
  readonly text: string;
  readonly textSoft: string;
  readonly font: string;
  readonly states: Readonly<Record<Status, string>>;
}

/** Below this zoom nobody can read: boxes are blocks of their state's colour. */
const READABLE = 0.42;
const CORNER = 8;
const TEXT_LEFT = 36;

/** Paints what is in sight of a graph. @param size of the canvas, in pixels of CSS */
export function paintGraph(
  context: CanvasRenderingContext2D,
  graph: PaintedGraph,
  view: View,
  size: { readonly width: number; readonly height: number; readonly ratio: number },
  palette: Palette,
): void {
  const { x, y, zoom } = view;
  const scale = zoom * size.ratio;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, size.width * size.ratio, size.height * size.ratio);
  context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
  const right = x + size.width / zoom;
  const bottom = y + size.height / zoom;
  const strokeEdges = (edges: Float32Array, colour: string, width: number): void => {
    context.beginPath();
    for (let i = 0; i < edges.length; i += 4) {
      const [x1, y1, x2, y2] = [edges[i]!, edges[i + 1]!, edges[i + 2]!, edges[i + 3]!];
      if (y2 < y || y1 > bottom || Math.max(x1, x2) < x || Math.min(x1, x2) > right) continue;
      context.moveTo(x1, y1);
      if (zoom < READABLE) context.lineTo(x2, y2);
      else context.bezierCurveTo(x1, (y1 + y2) / 2, x2, (y1 + y2) / 2, x2, y2);
    }
    context.strokeStyle = colour;
    context.lineWidth = Math.max(width, 0.7 / zoom);
    context.stroke();
  };
  strokeEdges(graph.edges, palette.line, 1.4);
  strokeEdges(graph.highlightedEdges, palette.accent, 2);
  const isInSight = ({ x: left, y: top }: Place): boolean =>
    left < right && left + SIZES.width > x && top < bottom && top + SIZES.height > y;
  if (zoom < READABLE) paintBlocks(context, graph, isInSight, palette);
  else paintBoxes(context, graph, isInSight, palette);
}

/** All of one colour at once. */
function paintBlocks(
  context: CanvasRenderingContext2D,
  { nodes, places }: PaintedGraph,
  isInSight: (place: Place) => boolean,
  { states }: Palette,
): void {
  for (const status of ALL_STATUSES) {
    context.beginPath();
    for (const [index, place] of places.entries()) {
      if (nodes[index]!.status === status && isInSight(place))
        context.rect(place.x, place.y, SIZES.width, SIZES.height);
    }
    context.fillStyle = states[status];
    context.fill();
  }
}

const shapes = new Map<Status, Path2D>();
function shapeOf(status: Status): Path2D {
  const shape = shapes.get(status) ?? new Path2D(SHAPES[status]);
  shapes.set(status, shape);
  return shape;
}

function paintBoxes(
  context: CanvasRenderingContext2D,
  { nodes, places }: PaintedGraph,
  isInSight: (place: Place) => boolean,
  palette: Palette,
): void {
  context.textBaseline = 'middle';
  for (const [index, place] of places.entries()) {
    if (!isInSight(place)) continue;
    const { title, status } = nodes[index]!;
    context.beginPath();
    context.roundRect(place.x, place.y, SIZES.width, SIZES.height, CORNER);
    context.fillStyle = palette.raised;
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = palette.states[status];
    context.stroke();
    context.translate(place.x + 12, place.y + SIZES.height / 2 - 8);
    context.lineWidth = 1.8;
    context.stroke(shapeOf(status));
    context.translate(-place.x - 12, -place.y - SIZES.height / 2 + 8);
    context.fillStyle = palette.text;
    context.font = `500 13px ${palette.font}`;
    context.fillText(cutText(context, title), place.x + TEXT_LEFT, place.y + 18);
    context.fillStyle = palette.textSoft;
    context.font = `12px ${palette.font}`;
    context.fillText(status, place.x + TEXT_LEFT, place.y + 36);
  }
}

const cuts = new Map<string, string>();

/** A title as far as there is room for it; measured once. */
function cutText(context: CanvasRenderingContext2D, title: string): string {
  const known = cuts.get(title);
  if (known !== undefined) return known;
  const room = SIZES.width - TEXT_LEFT - 12;
  let cut = title;
  while (cut.length > 1 && context.measureText(cut).width > room) cut = `${cut.replace(/…$/, '').slice(0, -1)}…`;
  cuts.set(title, cut);
  return cut;
}
