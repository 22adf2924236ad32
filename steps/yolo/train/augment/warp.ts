import { BOX, PAD_VALUE, type Picture } from './picture.ts';
import type { Affine } from './recipe.ts';

/** Row-major 2 × 3 matrix that takes a point of the canvas to one of the output: x' = a x + b y + c, y' = d x + e y + f. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** A box stays if this much of its (scaled) area is left … */
const LEAST_AREA = 0.1;
/** … it is longer than this many pixels both ways … */
const LEAST_SIDE = 2;
/** … and no side is this many times the other. */
const LARGEST_ASPECT = 100;

/**
 * Rotates, scales, shears and shifts a canvas about its centre and cuts out `imgsz` × `imgsz` of it, bilinear on grey; boxes follow as the upright box about
 * their four moved corners, and are dropped where too little of them is left (Ultralytics' rule).
 */
export function warp(canvas: Picture, affine: Affine, imgsz: number): Picture {
  const matrix = matrixOf(canvas, affine, imgsz);
  return {
    width: imgsz,
    height: imgsz,
    pixels: warpPixels(canvas, invert(matrix), imgsz),
    boxes: warpBoxes(canvas.boxes, matrix, affine.scale, imgsz),
  };
}

/** Shift ∘ shear ∘ (rotation and scale) ∘ centre to origin. */
function matrixOf(canvas: Picture, affine: Affine, imgsz: number): Matrix {
  const radians = Math.PI / 180;
  const cos = affine.scale * Math.cos(affine.angle * radians);
  const sin = affine.scale * Math.sin(affine.angle * radians);
  const shearX = Math.tan(affine.shearX * radians);
  const shearY = Math.tan(affine.shearY * radians);
  const a = cos - shearX * sin;
  const b = sin + shearX * cos;
  const d = shearY * cos - sin;
  const e = shearY * sin + cos;
  const x = canvas.width / 2;
  const y = canvas.height / 2;
  return [a, b, affine.centreX * imgsz - a * x - b * y, d, e, affine.centreY * imgsz - d * x - e * y];
}

function invert([a, b, c, d, e, f]: Matrix): Matrix {
  const determinant = a * e - b * d;
  const [ia, ib, id, ie] = [e / determinant, -b / determinant, -d / determinant, a / determinant];
  return [ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)];
}

/** Pixel (x, y) covers the square from there to (x + 1, y + 1): positions are taken at its middle, so that pixels and boxes move alike. */
function warpPixels(canvas: Picture, [a, b, c, d, e, f]: Matrix, imgsz: number): Uint8Array {
  const { width, height, pixels: source } = canvas;
  const target = new Uint8Array(imgsz * imgsz * 3).fill(PAD_VALUE);
  const stride = width * 3;
  let out = 0;
  for (let y = 0; y < imgsz; y++) {
    for (let x = 0; x < imgsz; x++, out += 3) {
      const sx = a * (x + 0.5) + b * (y + 0.5) + c - 0.5;
      const sy = d * (x + 0.5) + e * (y + 0.5) + f - 0.5;
      const x0 = Math.floor(sx);
      const y0 = Math.floor(sy);
      const fx = sx - x0;
      const fy = sy - y0;
      if (x0 >= 0 && y0 >= 0 && x0 + 1 < width && y0 + 1 < height) {
        const at = y0 * stride + x0 * 3;
        const w11 = fx * fy;
        const w01 = fx - w11;
        const w10 = fy - w11;
        const w00 = 1 - fx - w10;
        const below = at + stride;
        target[out] = source[at]! * w00 + source[at + 3]! * w01 + source[below]! * w10 + source[below + 3]! * w11 + 0.5;
        target[out + 1] =
          source[at + 1]! * w00 + source[at + 4]! * w01 + source[below + 1]! * w10 + source[below + 4]! * w11 + 0.5;
        target[out + 2] =
          source[at + 2]! * w00 + source[at + 5]! * w01 + source[below + 2]! * w10 + source[below + 5]! * w11 + 0.5;
      } else if (x0 >= -1 && y0 >= -1 && x0 < width && y0 < height) edgePixel(canvas, { x0, y0, fx, fy }, target, out);
    }
  }
  return target;
}

/** A pixel with at least one neighbour outside the canvas, where all is grey. */
function edgePixel(
  canvas: Picture,
  at: { readonly x0: number; readonly y0: number; readonly fx: number; readonly fy: number },
  target: Uint8Array,
  out: number,
): void {
  const { width, height, pixels } = canvas;
  for (let i = 0; i < 3; i++) {
    const pixel = (x: number, y: number): number =>
      x < 0 || y < 0 || x >= width || y >= height ? PAD_VALUE : pixels[(y * width + x) * 3 + i]!;
    const upper = pixel(at.x0, at.y0) * (1 - at.fx) + pixel(at.x0 + 1, at.y0) * at.fx;
    const lower = pixel(at.x0, at.y0 + 1) * (1 - at.fx) + pixel(at.x0 + 1, at.y0 + 1) * at.fx;
    target[out + i] = upper * (1 - at.fy) + lower * at.fy + 0.5;
  }
}

function warpBoxes(boxes: Float32Array, [a, b, c, d, e, f]: Matrix, scale: number, imgsz: number): Float32Array {
  const kept: number[] = [];
  const clip = (value: number): number => Math.min(Math.max(value, 0), imgsz);
  for (let i = 0; i < boxes.length; i += BOX) {
    const [cls, x1, y1, x2, y2] = boxes.subarray(i, i + BOX) as unknown as [number, number, number, number, number];
    const xs = [a * x1 + b * y1, a * x2 + b * y1, a * x1 + b * y2, a * x2 + b * y2].map((x) => clip(x + c));
    const ys = [d * x1 + e * y1, d * x2 + e * y1, d * x1 + e * y2, d * x2 + e * y2].map((y) => clip(y + f));
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const width = right - left;
    const height = bottom - top;
    const before = (x2 - x1) * (y2 - y1) * scale * scale;
    const aspect = Math.max(width / height, height / width);
    const enough = width > LEAST_SIDE && height > LEAST_SIDE && width * height > LEAST_AREA * before;
    if (enough && aspect < LARGEST_ASPECT) kept.push(cls, left, top, right, bottom);
  }
  return Float32Array.from(kept);
}
