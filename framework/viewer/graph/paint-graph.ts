import type { Status } from '../../server/api/status.ts';
import { ALL_STATUSES, SHAPES } from '../parts/status-shapes.ts';
import type { GraphColours } from './graph-colours.ts';
import type { PaintedGraph } from './painted-graph.ts';
import { type Place, SIZES } from './quick-layout.ts';

/** What is in sight: units of the graph at the left and upper edge, and pixels of a unit. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** Below this zoom nobody can read: boxes are blocks of their state's colour. */
const READABLE = 0.42;
/** Below this one a state's shape would be a dot. */
const SHAPED = 0.2;
/** The shape's size in a block, of the one in a box. */
const BIG_SHAPE = 2.4;
const CORNER = 8;
const TEXT_LEFT = 36;
/** As the boxes that are elements. */
const GROUNDED: readonly Status[] = ['failed', 'lost'];
const DASHED: readonly Status[] = ['pending', 'skipped'];

/** Paints what is in sight of a graph. @param size of the canvas, in pixels of CSS */
export function paintGraph(
  context: CanvasRenderingContext2D,
  graph: PaintedGraph,
  view: View,
  size: { readonly width: number; readonly height: number; readonly ratio: number },
  colours: GraphColours,
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
  strokeEdges(graph.edges, colours.line, 1.4);
  strokeEdges(graph.highlightedEdges, colours.accent, 2);
  const isInSight = ({ x: left, y: top }: Place): boolean =>
    left < right && left + SIZES.width > x && top < bottom && top + SIZES.height > y;
  if (zoom < READABLE) {
    paintBlocks(context, graph, isInSight, colours);
    if (zoom >= SHAPED) paintShapes(context, graph, isInSight, colours);
  } else paintBoxes(context, graph, isInSight, colours);
}

/** All of one colour at once. */
function paintBlocks(
  context: CanvasRenderingContext2D,
  { nodes, places }: PaintedGraph,
  isInSight: (place: Place) => boolean,
  { states }: GraphColours,
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

/** A state is known by its shape too; success needs none. */
function paintShapes(
  context: CanvasRenderingContext2D,
  { nodes, places }: PaintedGraph,
  isInSight: (place: Place) => boolean,
  { raised }: GraphColours,
): void {
  context.strokeStyle = raised;
  context.lineWidth = 1.8;
  for (const [index, place] of places.entries()) {
    const { status } = nodes[index]!;
    if (status === 'succeeded' || !isInSight(place)) continue;
    context.save();
    context.translate(place.x + SIZES.width / 2 - 8 * BIG_SHAPE, place.y + SIZES.height / 2 - 8 * BIG_SHAPE);
    context.scale(BIG_SHAPE, BIG_SHAPE);
    context.stroke(shapeOf(status));
    context.restore();
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
  { nodes, places, highlighted }: PaintedGraph,
  isInSight: (place: Place) => boolean,
  colours: GraphColours,
): void {
  context.textBaseline = 'middle';
  for (const [index, place] of places.entries()) {
    if (!isInSight(place)) continue;
    const { id, title, detail, status } = nodes[index]!;
    context.beginPath();
    context.roundRect(place.x, place.y, SIZES.width, SIZES.height, CORNER);
    context.fillStyle = GROUNDED.includes(status) ? colours.stateGrounds[status] : colours.raised;
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = colours.states[status];
    context.setLineDash(DASHED.includes(status) ? [4, 3] : []);
    context.stroke();
    context.setLineDash([]);
    if (highlighted.has(id)) {
      context.fillStyle = colours.accent;
      context.fillRect(place.x, place.y + CORNER / 2, 3, SIZES.height - CORNER);
    }
    context.translate(place.x + 12, place.y + SIZES.height / 2 - 8);
    context.lineWidth = 1.8;
    context.stroke(shapeOf(status));
    context.translate(-place.x - 12, -place.y - SIZES.height / 2 + 8);
    context.fillStyle = colours.text;
    context.font = `500 13px ${colours.font}`;
    context.fillText(cutText(context, title), place.x + TEXT_LEFT, place.y + 18);
    context.fillStyle = colours.textSoft;
    context.font = `12px ${colours.font}`;
    context.fillText(cutText(context, detail), place.x + TEXT_LEFT, place.y + 36);
  }
}

const cuts = new Map<string, string>();

/** So many texts are known. */
const MOST_CUTS = 20_000;

/** A text as far as there is room for it in the context's font; measured once. */
function cutText(context: CanvasRenderingContext2D, text: string): string {
  const key = `${context.font} ${text}`;
  const known = cuts.get(key);
  if (known !== undefined) return known;
  const room = SIZES.width - TEXT_LEFT - 12;
  let cut = text;
  while (cut.length > 1 && context.measureText(cut).width > room) cut = `${cut.replace(/…$/, '').slice(0, -1)}…`;
  // Durations of runs that one looked at come and go.
  if (cuts.size >= MOST_CUTS) cuts.clear();
  cuts.set(key, cut);
  return cut;
}
