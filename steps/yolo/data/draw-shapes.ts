import { Random } from '../nn/random.ts';
import type { RgbImage } from './decode-image.ts';

/** Class names of the drawn pictures, in the order of their numbers. */
export const SHAPE_NAMES: readonly string[] = ['circle', 'square', 'triangle'];

/** One drawn object: its class and its tightest box, in pixels. */
export interface DrawnObject {
  readonly cls: number;
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

export interface DrawnPicture {
  readonly image: RgbImage;
  readonly objects: readonly DrawnObject[];
}

type Rgb = readonly [number, number, number];

/** A shape is between 0.26 and 0.5 of the picture across: 33 to 64 pixels of 128. */
const RADIUS = [0.13, 0.25] as const;

/** A square and a triangle stand upright but for a tilt of at most 17°, given as its tangent. */
const TILT = 0.3;

/**
 * Draws two to four circles, squares and triangles of any size and colour, a little tilted, on a cluttered ground: uneven colour, lines, specks and noise.
 *
 * The picture hangs on `size` and `keys` alone, to the last bit on every machine: pixels are computed here with + − × ÷ and √ alone, which IEEE 754 defines
 * exactly (no sin, no cos, no drawing library), and rounded once.
 *
 * @param size side in pixels.
 * @param keys of the random numbers: seed, split, index.
 */
export function drawShapes(size: number, keys: readonly number[]): DrawnPicture {
  const random = new Random(...keys);
  const canvas = new Canvas(size);
  const ground = drawGround(canvas, random);
  const shapes = placeShapes(size, random, ground);
  for (const shape of shapes) canvas.fill(shape.bounds, shape.distance, shape.colourAt);
  return { image: canvas.finish(random), objects: shapes.map(({ cls, bounds }) => ({ cls, ...bounds })) };
}

interface Bounds {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Signed distance of a point to an outline in pixels, negative inside. */
type Distance = (x: number, y: number) => number;

/** Linear colour, [size, size, 3], 0..255. */
class Canvas {
  readonly size: number;
  readonly pixels: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.pixels = new Float64Array(size * size * 3);
  }

  /** Paints what lies within the outline; a pixel that the outline crosses is covered in part. */
  fill(bounds: Bounds, distance: Distance, colourAt: (x: number, y: number, inside: number) => Rgb): void {
    const { size, pixels } = this;
    const [left, right] = [Math.max(0, Math.floor(bounds.x1 - 1)), Math.min(size - 1, Math.ceil(bounds.x2 + 1))];
    const [top, bottom] = [Math.max(0, Math.floor(bounds.y1 - 1)), Math.min(size - 1, Math.ceil(bounds.y2 + 1))];
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const d = distance(x + 0.5, y + 0.5);
        if (d >= 0.5) continue;
        const cover = d <= -0.5 ? 1 : 0.5 - d;
        const [r, g, b] = colourAt(x + 0.5, y + 0.5, -d);
        const at = (y * size + x) * 3;
        pixels[at] = pixels[at]! * (1 - cover) + r * cover;
        pixels[at + 1] = pixels[at + 1]! * (1 - cover) + g * cover;
        pixels[at + 2] = pixels[at + 2]! * (1 - cover) + b * cover;
      }
    }
  }

  /** Adds the camera's noise (± 8 a channel) and rounds. */
  finish(random: Random): RgbImage {
    const { size, pixels } = this;
    const data = new Uint8Array(pixels.length);
    for (let at = 0; at < pixels.length; at += 3) {
      const noise = random.next() * 4294967296;
      data[at] = clampByte(pixels[at]! + ((noise & 255) - 127.5) / 16);
      data[at + 1] = clampByte(pixels[at + 1]! + (((noise >>> 8) & 255) - 127.5) / 16);
      data[at + 2] = clampByte(pixels[at + 2]! + (((noise >>> 16) & 255) - 127.5) / 16);
    }
    return { width: size, height: size, data };
  }
}

const clampByte = (value: number): number => Math.min(255, Math.max(0, Math.floor(value + 0.5)));

/** Paints the clutter. @returns the ground's middle colour, from which shapes must differ. */
function drawGround(canvas: Canvas, random: Random): Rgb {
  const { size, pixels } = canvas;
  const base: Rgb = [random.uniform(50, 200), random.uniform(50, 200), random.uniform(50, 200)];
  const tint: Rgb = [random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)];
  const coarse = valueNoise(size, size / 5, random);
  const fine = valueNoise(size, size / 20, random);
  for (let i = 0; i < coarse.length; i++) {
    const shade = 26 * coarse[i]! + 12 * fine[i]!;
    const hue = 34 * coarse[i]!;
    pixels[3 * i] = base[0] + shade + hue * tint[0];
    pixels[3 * i + 1] = base[1] + shade + hue * tint[1];
    pixels[3 * i + 2] = base[2] + shade + hue * tint[2];
  }
  const lines = 5 + random.below(8);
  for (let i = 0; i < lines; i++) {
    const from = point(size, random);
    const to = point(size * 0.7, random).map((value, axis) => from[axis]! + value - size * 0.35);
    drawLine(canvas, from, to, random.uniform(0.4, 1.3) * (size / 160), nearColour(base, 70, random));
  }
  const specks = 10 + random.below(15);
  for (let i = 0; i < specks; i++) {
    const [x, y] = point(size, random);
    const radius = random.uniform(0.006, 0.02) * size;
    const colour = nearColour(base, 90, random);
    const bounds = { x1: x - radius, y1: y - radius, x2: x + radius, y2: y + radius };
    canvas.fill(bounds, distanceToCircle(x, y, radius), () => colour);
  }
  return base;
}

function drawLine(canvas: Canvas, from: readonly number[], to: readonly number[], half: number, colour: Rgb): void {
  const [x1, y1, x2, y2] = [from[0]!, from[1]!, to[0]!, to[1]!];
  const [dx, dy] = [x2 - x1, y2 - y1];
  const length = dx * dx + dy * dy || 1;
  const bounds = { x1: Math.min(x1, x2), y1: Math.min(y1, y2), x2: Math.max(x1, x2), y2: Math.max(y1, y2) };
  const distance: Distance = (x, y) => {
    const t = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / length));
    const [u, v] = [x - x1 - t * dx, y - y1 - t * dy];
    return Math.sqrt(u * u + v * v) - half;
  };
  canvas.fill(bounds, distance, () => colour);
}

/** Smooth random values in -1..1, [size, size]: random heights on a grid of `cell` pixels, bilinear between. */
function valueNoise(size: number, cell: number, random: Random): Float64Array {
  const across = Math.ceil(size / cell) + 2;
  const heights = Float64Array.from({ length: across * across }, () => random.uniform(-1, 1));
  const lines = Float64Array.from({ length: size }, (_, i) => i / cell);
  const values = new Float64Array(size * size);
  for (let y = 0, at = 0; y < size; y++) {
    const row = Math.floor(lines[y]!);
    const v = lines[y]! - row;
    for (let x = 0; x < size; x++, at++) {
      const column = Math.floor(lines[x]!);
      const u = lines[x]! - column;
      const corner = row * across + column;
      const top = heights[corner]! * (1 - u) + heights[corner + 1]! * u;
      const bottom = heights[corner + across]! * (1 - u) + heights[corner + across + 1]! * u;
      values[at] = top * (1 - v) + bottom * v;
    }
  }
  return values;
}

const point = (size: number, random: Random): [number, number] => [random.uniform(0, size), random.uniform(0, size)];

const nearColour = (base: Rgb, spread: number, random: Random): Rgb => [
  base[0] + random.uniform(-spread, spread),
  base[1] + random.uniform(-spread, spread),
  base[2] + random.uniform(-spread, spread),
];

interface Shape {
  readonly cls: number;
  readonly bounds: Bounds;
  readonly distance: Distance;
  readonly colourAt: (x: number, y: number, inside: number) => Rgb;
}

function placeShapes(size: number, random: Random, ground: Rgb): Shape[] {
  const count = 2 + random.below(3);
  const taken: { x: number; y: number; radius: number }[] = [];
  const shapes: Shape[] = [];
  // A crowded picture ends with fewer than it was to have: better than one object on top of another.
  for (let tries = 0; shapes.length < count && tries < 60; tries++) {
    const radius = random.uniform(...RADIUS) * size;
    const x = random.uniform(radius + 1, size - radius - 1);
    const y = random.uniform(radius + 1, size - radius - 1);
    if (taken.some((other) => (other.x - x) ** 2 + (other.y - y) ** 2 < (other.radius + radius) ** 2)) continue;
    taken.push({ x, y, radius });
    shapes.push(makeShape({ cls: random.below(SHAPE_NAMES.length), x, y, radius }, random, ground));
  }
  return shapes;
}

/** @param at.radius of the circle around the shape. */
function makeShape(
  at: { readonly cls: number; readonly x: number; readonly y: number; readonly radius: number },
  random: Random,
  ground: Rgb,
): Shape {
  const { cls, x, y, radius } = at;
  const [c, s] = direction(cls, random);
  const outline = OUTLINES[cls]!({ x, y, radius, c, s });
  const fill = contrastingColour(ground, random);
  const shade = random.uniform(-0.25, 0.25);
  const rim = random.next() < 0.4 ? random.uniform(0.05, 0.12) * radius : 0;
  const colourAt = (px: number, py: number, inside: number): Rgb => {
    const light = (1 + (shade * ((px - x) * c + (py - y) * s)) / radius) * (inside < rim ? 0.55 : 1);
    return [fill[0] * light, fill[1] * light, fill[2] * light];
  };
  return { cls, ...outline, colourAt };
}

/** Where the first corner of an upright shape points, by class number. */
const UPRIGHT = [
  [1, 0],
  [Math.SQRT1_2, Math.SQRT1_2],
  [0, -1],
] as const;

/** A unit vector near the upright one, without sine or cosine: a step to its side, brought back to length 1. */
function direction(cls: number, random: Random): readonly [number, number] {
  const [x, y] = UPRIGHT[cls]!;
  const tilt = random.uniform(-TILT, TILT);
  const length = Math.sqrt(1 + tilt * tilt);
  return [(x - tilt * y) / length, (y + tilt * x) / length];
}

interface Placement {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Cosine and sine of the shape's direction. */
  readonly c: number;
  readonly s: number;
}

/** By class number. */
const OUTLINES: readonly ((at: Placement) => Pick<Shape, 'bounds' | 'distance'>)[] = [
  ({ x, y, radius }) => ({
    bounds: { x1: x - radius, y1: y - radius, x2: x + radius, y2: y + radius },
    distance: distanceToCircle(x, y, radius),
  }),
  (at) => polygon(at, [1, 0, -1, 0], [0, 1, 0, -1], Math.SQRT1_2),
  (at) => polygon(at, [1, -0.5, -0.5], [0, SIN_120, -SIN_120], 0.5),
];

const distanceToCircle =
  (x: number, y: number, radius: number): Distance =>
  (px, py) => {
    const [u, v] = [px - x, py - y];
    return Math.sqrt(u * u + v * v) - radius;
  };

const SIN_120 = Math.sqrt(3) / 2;

/**
 * A regular polygon by the directions of its corners (`us`, `vs`, before rotation) and the distance of its sides from the centre (`inner`, in radii). The
 * sides' normals are the corners' directions turned by half a corner: for the square by 45°, for the triangle by 180°.
 */
function polygon(
  { x, y, radius, c, s }: Placement,
  us: readonly number[],
  vs: readonly number[],
  inner: number,
): Pick<Shape, 'bounds' | 'distance'> {
  const corners = us.map((u, i) => [c * u - s * vs[i]!, s * u + c * vs[i]!] as const);
  const normals = corners.map(([u, v], i) => {
    if (corners.length === 3) return [-u, -v] as const;
    const [nextU, nextV] = corners[(i + 1) % corners.length]!;
    return [(u + nextU) * Math.SQRT1_2, (v + nextV) * Math.SQRT1_2] as const;
  });
  const xs = corners.map(([u]) => x + radius * u);
  const ys = corners.map(([, v]) => y + radius * v);
  return {
    bounds: { x1: Math.min(...xs), y1: Math.min(...ys), x2: Math.max(...xs), y2: Math.max(...ys) },
    distance: (px, py) => {
      let furthest = Number.NEGATIVE_INFINITY;
      for (const [u, v] of normals) furthest = Math.max(furthest, (px - x) * u + (py - y) * v - inner * radius);
      return furthest;
    },
  };
}

/** A saturated colour well away from the ground's. */
function contrastingColour(ground: Rgb, random: Random): Rgb {
  let best: Rgb = [255, 255, 255];
  let furthest = 0;
  for (let tries = 0; tries < 8; tries++) {
    const colour: Rgb = [random.uniform(10, 245), random.uniform(10, 245), random.uniform(10, 245)];
    const away = Math.sqrt(colour.reduce((sum, value, i) => sum + (value - ground[i]!) ** 2, 0));
    if (away > furthest) [best, furthest] = [colour, away];
    if (furthest > 110) break;
  }
  return best;
}
