import { Random } from '../../nn/random.ts';
import type { AugmentOptions } from './augment-options.ts';

/** One affine change about the picture's centre. */
export interface Affine {
  /** Degrees, counter-clockwise. */
  readonly angle: number;
  readonly scale: number;
  /** Degrees. */
  readonly shearX: number;
  readonly shearY: number;
  /** Where the centre goes, as a share of the output's size. */
  readonly centreX: number;
  readonly centreY: number;
}

/** One picture or a mosaic of four, warped. */
export interface Layer {
  /** Index into the data set of the one picture, or of the four: top left, top right, bottom left, bottom right. */
  readonly pictures: readonly number[];
  /** Where the four meet, as a share of imgsz from the canvas' top left; null without mosaic. */
  readonly meeting: { readonly x: number; readonly y: number } | null;
  readonly affine: Affine;
}

/** Every random choice for one training sample. Data, so that a worker needs no generator and a test can write one by hand. */
export interface Recipe {
  readonly layers: readonly Layer[];
  /** Share of the first layer where a second one is blended in. */
  readonly blend: number;
  /** Hue shift in degrees of the full circle; factors for saturation and value. */
  readonly hsv: { readonly hue: number; readonly saturation: number; readonly value: number };
  readonly flipX: boolean;
  readonly flipY: boolean;
}

/** What all chance in one sample hangs on. */
export interface SampleKey {
  readonly seed: number;
  /** 0, or how often training had to go back because the loss was no number: the same pictures again would lead there again. */
  readonly attempt: number;
  /** From 0. */
  readonly epoch: number;
  /** Of the picture in the data set. */
  readonly index: number;
}

/** Beta(32, 32): nearly always between .4 and .6 (Ultralytics' choice for mixup). */
const MIXUP_BETA = 32;

/**
 * Draws a sample's recipe from its key alone, so that it doesn't matter who draws it and when.
 *
 * Partners of a mosaic are drawn uniformly from the whole set. Ultralytics draws them from the last pictures it loaded (at most 1000), which for sets up
 * to that size is the same set in the long run, but makes a sample depend on its forerunners.
 */
export function drawRecipe(at: SampleKey & { readonly count: number }, options: AugmentOptions): Recipe {
  const random = new Random(at.seed, at.attempt, at.epoch, at.index);
  const first = drawLayer(random, at.index, at.count, options);
  const mixed = random.next() < options.mixup;
  const layers = mixed ? [first, drawLayer(random, random.below(at.count), at.count, options)] : [first];
  const gain = (range: number): number => random.uniform(-1, 1) * range;
  return {
    layers,
    blend: mixed ? random.beta(MIXUP_BETA) : 1,
    // The hue gain is in OpenCV's half degrees: 1 is 180 of them, the full circle.
    hsv: { hue: gain(options.hsv_h) * 360, saturation: 1 + gain(options.hsv_s), value: 1 + gain(options.hsv_v) },
    flipY: random.next() < options.flipud,
    flipX: random.next() < options.fliplr,
  };
}

function drawLayer(random: Random, index: number, count: number, options: AugmentOptions): Layer {
  const four = random.next() < options.mosaic;
  const pictures = four ? [index, random.below(count), random.below(count), random.below(count)] : [index];
  return {
    pictures,
    meeting: four ? { x: random.uniform(0.5, 1.5), y: random.uniform(0.5, 1.5) } : null,
    affine: {
      angle: random.uniform(-options.degrees, options.degrees),
      scale: random.uniform(1 - options.scale, 1 + options.scale),
      shearX: random.uniform(-options.shear, options.shear),
      shearY: random.uniform(-options.shear, options.shear),
      centreX: random.uniform(0.5 - options.translate, 0.5 + options.translate),
      centreY: random.uniform(0.5 - options.translate, 0.5 + options.translate),
    },
  };
}
