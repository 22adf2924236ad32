import type { Status } from '../../server/api/status.ts';
import { ALL_STATUSES, SHAPES } from '../parts/status-shapes.ts';
import type { Area } from './exposed-areas.ts';
import type { GraphColours } from './graph-colours.ts';
import type { PaintedGraph } from './painted-graph.ts';
import { type Place, SIZES } from './quick-layout.ts';
import type { CanvasSize } from './use-canvas-size.ts';

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

/** What stands at the edge of an area reaches into it by less: half a line, a rounded corner. */
const REACH = 4;

export interface PaintOptions {
  readonly graph: PaintedGraph;
  readonly view: View;
  readonly size: CanvasSize;
  readonly colours: GraphColours;
  /** What is painted, of all that is in sight. */
  readonly area: Area;
}

/** Where a view begins, in whole pixels of the canvas: what moves by whole ones can be moved as it is. */
export const pixelsOf = ({ x, y, zoom }: View, { ratio }: CanvasSize): Place => ({
  x: Math.round(x * zoom * ratio),
  y: Math.round(y * zoom * ratio),
});

/** Paints an area of a canvas anew. */
export function paintGraph(
  context: CanvasRenderingContext2D,
  { graph, view, size, colours, area }: PaintOptions,
): void {
  const scale = view.zoom * size.ratio;
  const from = pixelsOf(view, size);
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.beginPath();
  context.rect(area.x, area.y, area.width, area.height);
  context.clip();
  context.clearRect(area.x, area.y, area.width, area.height);
  context.setTransform(scale, 0, 0, scale, -from.x, -from.y);
  const seen: Sight = {
    left: (from.x + area.x - REACH) / scale,
    top: (from.y + area.y - REACH) / scale,
    right: (from.x + area.x + area.width + REACH) / scale,
    bottom: (from.y + area.y + area.height + REACH) / scale,
  };
  strokeEdges(context, graph.edges, seen, { zoom: view.zoom, colour: colours.line, width: 1.4 });
  strokeEdges(context, graph.highlightedEdges, seen, { zoom: view.zoom, colour: colours.accent, width: 2 });
  const isInSight = ({ x, y }: Place): boolean =>
    x < seen.right && x + SIZES.width > seen.left && y < seen.bottom && y + SIZES.height > seen.top;
  if (view.zoom < READABLE) {
    paintBlocks(context, graph, isInSight, colours);
    if (view.zoom >= SHAPED) paintShapes(context, graph, isInSight, colours);
  } else paintBoxes(context, graph, isInSight, colours);
  context.restore();
}

/** Units of the graph. */
interface Sight {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

interface Stroke {
  readonly zoom: number;
  readonly colour: string;
  readonly width: number;
}

/** All edges of one colour at once. */
function strokeEdges(
  context: CanvasRenderingContext2D,
  edges: Float32Array,
  { left, top, right, bottom }: Sight,
  { zoom, colour, width }: Stroke,
): void {
  context.beginPath();
  for (let i = 0; i < edges.length; i += 4) {
    const [x1, y1, x2, y2] = [edges[i]!, edges[i + 1]!, edges[i + 2]!, edges[i + 3]!];
    if (y2 < top || y1 > bottom || Math.max(x1, x2) < left || Math.min(x1, x2) > right) continue;
    context.moveTo(x1, y1);
    if (zoom < READABLE) context.lineTo(x2, y2);
    else context.bezierCurveTo(x1, (y1 + y2) / 2, x2, (y1 + y2) / 2, x2, y2);
  }
  context.strokeStyle = colour;
  context.lineWidth = Math.max(width, 0.7 / zoom);
  context.stroke();
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
