import { decodeImage } from '../data/decode-image.ts';
import { type LetterboxTransform, letterbox, toFrame } from '../data/letterbox.ts';
import type { Sample } from '../data/samples.ts';
import type { GroundTruth } from './detection.ts';

/** A picture of the validation split, in the network's frame. */
export interface ValidationPicture {
  readonly sample: Sample;
  /** [3, H, W], RGB 0..1. */
  readonly pixels: Float32Array;
  readonly transform: LetterboxTransform;
  /** In pixels of the original picture. */
  readonly truths: readonly GroundTruth[];
  /** Class, centre x, centre y, width, height, normalised to the frame: 5 numbers a box. */
  readonly targets: Float32Array;
}

/** The pictures of a split at one input size. Reading one again is free while the decoded ones fit into `cacheBytes`. */
export interface ValidationSet {
  readonly length: number;
  /** [height, width] */
  readonly size: readonly [number, number];
  picture(index: number): Promise<ValidationPicture>;
}

/** Pictures that are kept decoded: 200 at 640 px, 870 at 320 px. */
const CACHE_BYTES = 1024 ** 3;

export function openValidationSet(
  samples: readonly Sample[],
  size: readonly [number, number],
  { cacheBytes = CACHE_BYTES }: { readonly cacheBytes?: number } = {},
): ValidationSet {
  const kept = new Map<number, ValidationPicture>();
  const room = Math.floor(cacheBytes / (3 * size[0] * size[1] * Float32Array.BYTES_PER_ELEMENT));
  return {
    length: samples.length,
    size,
    async picture(index) {
      const known = kept.get(index);
      if (known) return known;
      const picture = await loadPicture(samples[index]!, size);
      if (kept.size < room) kept.set(index, picture);
      return picture;
    },
  };
}

async function loadPicture(sample: Sample, size: readonly [number, number]): Promise<ValidationPicture> {
  const image = await decodeImage(sample.imagePath);
  // Small pictures are enlarged: Ultralytics does it when it loads them.
  const { data, transform } = letterbox(image, { size });
  const truths = truthsOf(sample.labels, image);
  const targets = truths.flatMap((truth) => {
    const { x1, y1, x2, y2 } = toFrame(truth, transform);
    return [truth.cls, (x1 + x2) / 2 / size[1], (y1 + y2) / 2 / size[0], (x2 - x1) / size[1], (y2 - y1) / size[0]];
  });
  return { sample, pixels: data, transform, truths, targets: Float32Array.from(targets) };
}

/** YOLO rows as boxes in pixels of the picture. */
export function truthsOf(
  labels: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
): readonly GroundTruth[] {
  return Array.from({ length: labels.length / 5 }, (_, row) => {
    const [cls, x, y, w, h] = labels.subarray(5 * row, 5 * row + 5) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    return {
      x1: (x - w / 2) * width,
      y1: (y - h / 2) * height,
      x2: (x + w / 2) * width,
      y2: (y + h / 2) * height,
      cls,
    };
  });
}
