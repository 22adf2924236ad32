import type { RgbImage } from './decode-image.ts';
import { resizeLinear } from './resize-linear.ts';
import { roundHalfEven } from './round-half-even.ts';

/** How a picture was placed in its frame: `framed = original · gain + pad`, in pixels. */
export interface LetterboxTransform {
  readonly gain: number;
  /** Left and upper border, in pixels of the frame. */
  readonly padX: number;
  readonly padY: number;
  /** Size of the original picture. */
  readonly width: number;
  readonly height: number;
}

export interface Letterboxed {
  /** [3, H, W], RGB 0..1, border 114/255. */
  readonly data: Float32Array;
  readonly transform: LetterboxTransform;
}

export interface LetterboxOptions {
  /** [height, width] of the frame. */
  readonly size: readonly [number, number];
  /** Enlarge pictures smaller than the frame (prediction); false leaves them as they are (default true). */
  readonly scaleUp?: boolean;
  /** Write here instead of into a new array, [3, H, W]: one picture of a batch. */
  readonly into?: Float32Array;
}

/** Corners in pixels. */
export interface Corners {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

const PAD_VALUE = 114;

/**
 * Scales a picture into a frame with its aspect kept, and centres it on grey, with the geometry of Ultralytics' LetterBox: the scaled size is rounded half
 * to even, an odd border has its extra pixel on the right and below (round(d ∓ 0.1)).
 */
export function letterbox(image: RgbImage, options: LetterboxOptions): Letterboxed {
  const [height, width] = options.size;
  const geometry = letterboxGeometry(image, options);
  const scaled = resizeLinear(image, geometry.scaledWidth, geometry.scaledHeight);
  const plane = height * width;
  const data = options.into ?? new Float32Array(3 * plane);
  data.fill(UNIT[PAD_VALUE]!);
  const { padX, padY } = geometry.transform;
  for (let y = 0, from = 0; y < scaled.height; y++) {
    let to = (y + padY) * width + padX;
    for (let x = 0; x < scaled.width; x++, to++, from += 3) {
      data[to] = UNIT[scaled.data[from]!]!;
      data[to + plane] = UNIT[scaled.data[from + 1]!]!;
      data[to + 2 * plane] = UNIT[scaled.data[from + 2]!]!;
    }
  }
  return { data, transform: geometry.transform };
}

/** Where a picture of this size lands in the frame, without touching a pixel. */
export function letterboxGeometry(
  image: { readonly width: number; readonly height: number },
  options: Pick<LetterboxOptions, 'size' | 'scaleUp'>,
): { readonly scaledWidth: number; readonly scaledHeight: number; readonly transform: LetterboxTransform } {
  const [height, width] = options.size;
  const fit = Math.min(height / image.height, width / image.width);
  const gain = options.scaleUp === false ? Math.min(fit, 1) : fit;
  // A sliver of 1000 × 1 pixels still needs a row.
  const scaledWidth = Math.max(1, roundHalfEven(image.width * gain));
  const scaledHeight = Math.max(1, roundHalfEven(image.height * gain));
  const transform: LetterboxTransform = {
    gain,
    padX: Math.max(0, Math.round((width - scaledWidth) / 2 - 0.1)),
    padY: Math.max(0, Math.round((height - scaledHeight) / 2 - 0.1)),
    width: image.width,
    height: image.height,
  };
  return { scaledWidth, scaledHeight, transform };
}

/** Corners in the original picture → corners in the frame. */
export function toFrame(box: Corners, { gain, padX, padY }: LetterboxTransform): Corners {
  return {
    x1: box.x1 * gain + padX,
    y1: box.y1 * gain + padY,
    x2: box.x2 * gain + padX,
    y2: box.y2 * gain + padY,
  };
}

/** Corners in the frame → corners in the original picture, clipped to it. */
export function fromFrame(box: Corners, { gain, padX, padY, width, height }: LetterboxTransform): Corners {
  const clip = (value: number, limit: number): number => Math.min(Math.max(value, 0), limit);
  return {
    x1: clip((box.x1 - padX) / gain, width),
    y1: clip((box.y1 - padY) / gain, height),
    x2: clip((box.x2 - padX) / gain, width),
    y2: clip((box.y2 - padY) / gain, height),
  };
}

/** Byte → 0..1: a look-up is faster than 1.2 million divisions a picture. */
const UNIT = Float32Array.from({ length: 256 }, (_, value) => value / 255);
