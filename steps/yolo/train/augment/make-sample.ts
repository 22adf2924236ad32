import { letterboxed, mosaic } from './canvas.ts';
import { BOX, type Picture } from './picture.ts';
import type { Layer, Recipe } from './recipe.ts';
import { shiftColours } from './shift-colours.ts';
import { warp } from './warp.ts';

/** What a layer of a recipe is made from: its pictures in the recipe's order, long side at imgsz. */
export type Ingredients = readonly (readonly Picture[])[];

/**
 * Cooks one training sample: mosaic → affine → mixup → colours → flips, in Ultralytics' order.
 *
 * @param target where the pixels go: planar RGB 0..1, [3, imgsz, imgsz].
 * @returns boxes as class, centre x, centre y, width, height, normalised; five numbers a box.
 */
export function makeSample(
  recipe: Recipe,
  ingredients: Ingredients,
  imgsz: number,
  target: Float32Array,
): Float32Array {
  const [first, second] = recipe.layers.map((layer, i) => cookLayer(layer, ingredients[i]!, imgsz));
  const sample = second ? blended(first!, second, recipe.blend) : first!;
  shiftColours(sample.pixels, recipe.hsv);
  return writeSample(sample, recipe, target);
}

/**
 * The form the network takes.
 *
 * @param square a picture as wide as it is high.
 * @param target where the pixels go: planar RGB 0..1, [3, side, side].
 * @returns boxes as class, centre x, centre y, width, height, normalised; five numbers a box.
 */
export function writeSample(square: Picture, flips: Flips, target: Float32Array): Float32Array {
  writePlanar(square.pixels, square.width, flips, target);
  return normalised(square.boxes, square.width, flips);
}

function cookLayer(layer: Layer, pictures: readonly Picture[], imgsz: number): Picture {
  const canvas = layer.meeting ? mosaic(pictures, imgsz, layer.meeting) : letterboxed(pictures[0]!, imgsz);
  return warp(canvas, layer.affine, imgsz);
}

/** Weighted mean of two pictures with the boxes of both (mixup, Zhang et al. 2017, https://arxiv.org/abs/1710.09412). */
function blended(a: Picture, b: Picture, share: number): Picture {
  const pixels = a.pixels.map((value, i) => value * share + b.pixels[i]! * (1 - share) + 0.5);
  return { ...a, pixels, boxes: Float32Array.of(...a.boxes, ...b.boxes) };
}

type Flips = Pick<Recipe, 'flipX' | 'flipY'>;

/** [H, W, 3] bytes to [3, H, W] floats, mirrored on the way. */
function writePlanar(pixels: Uint8Array, side: number, { flipX, flipY }: Flips, target: Float32Array): void {
  const plane = side * side;
  for (let y = 0; y < side; y++) {
    const row = (flipY ? side - 1 - y : y) * side;
    for (let x = 0; x < side; x++) {
      const from = (row + (flipX ? side - 1 - x : x)) * 3;
      const to = y * side + x;
      target[to] = pixels[from]! / 255;
      target[to + plane] = pixels[from + 1]! / 255;
      target[to + 2 * plane] = pixels[from + 2]! / 255;
    }
  }
}

function normalised(boxes: Float32Array, side: number, { flipX, flipY }: Flips): Float32Array {
  const rows = new Float32Array(boxes.length);
  for (let i = 0; i < boxes.length; i += BOX) {
    const [cls, x1, y1, x2, y2] = boxes.subarray(i, i + BOX) as unknown as [number, number, number, number, number];
    const x = (x1 + x2) / 2 / side;
    const y = (y1 + y2) / 2 / side;
    rows.set([cls, flipX ? 1 - x : x, flipY ? 1 - y : y, (x2 - x1) / side, (y2 - y1) / side], i);
  }
  return rows;
}
