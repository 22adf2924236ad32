import { type ConfusionMatrix, confusionMatrix } from './confusion-matrix.ts';
import type { ScoredImage } from './match.ts';
import { predictionsToDetections } from './predict.ts';
import { type DetectionScores, ultralyticsMetrics } from './ultralytics-metrics.ts';
import type { ValidationPicture, ValidationSet } from './validation-set.ts';

/**
 * What can be validated. A `DetectGraph` is one; a training loop that wants the losses of the same pass wraps its loss graph and reads `targets`
 * (class, centre x, centre y, width, height, normalised to the frame; none for the places that fill up a last batch).
 */
export interface Predictor {
  readonly batch: number;
  /** [height, width] */
  readonly size: readonly [number, number];
  /** @returns [N, 4 + classes, anchors] */
  run(images: Float32Array, targets: readonly Float32Array[]): Promise<Float32Array>;
}

export interface ValidateOptions {
  readonly names: readonly string[];
  /** Checked between batches. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (pictures: number, of: number) => void;
}

/** A picture with what it holds and what was found on it. */
export interface ValidatedImage extends ScoredImage {
  readonly name: string;
  readonly imagePath: string;
  readonly width: number;
  readonly height: number;
}

/** Milliseconds a picture. */
export interface Speed {
  /** Decoding, scaling. */
  readonly pre: number;
  readonly infer: number;
  /** Non-maximum suppression, boxes back to the original picture. */
  readonly post: number;
}

export interface Validation extends DetectionScores {
  readonly images: readonly ValidatedImage[];
  readonly confusion: ConfusionMatrix;
  readonly speed: Speed;
}

/**
 * Runs a network over a split and scores it, with Ultralytics' validation settings (confidence .001, IoU .7, 300 boxes).
 *
 * Every picture lies in one square frame, where Ultralytics pads batches of like shape less. Measured against its figures the square frame
 * is as close (ARCHITECTURE.md, "Evaluation"), needs one graph instead of one a shape, and makes a picture's score independent of its neighbours.
 *
 * @throws ERR_INPUT when no picture has a label, or a picture is unreadable.
 */
export async function validate(
  predictor: Predictor,
  set: ValidationSet,
  options: ValidateOptions,
): Promise<Validation> {
  const { names, signal, onProgress } = options;
  const spent = { pre: 0, infer: 0, post: 0 };
  const images: ValidatedImage[] = [];
  const length = 3 * predictor.size[0] * predictor.size[1];
  const pixels = new Float32Array(predictor.batch * length);
  for (let first = 0; first < set.length; first += predictor.batch) {
    signal?.throwIfAborted();
    const start = performance.now();
    const pictures = await loadBatch(set, first, predictor.batch);
    for (const [n, picture] of pictures.entries()) pixels.set(picture.pixels, n * length);
    pixels.fill(0, pictures.length * length);
    const loaded = performance.now();
    const targets = Array.from({ length: predictor.batch }, (_, n) => pictures[n]?.targets ?? NO_TARGETS);
    const output = await predictor.run(pixels, targets);
    const inferred = performance.now();
    const transforms = pictures.map(({ transform }) => transform);
    const found = predictionsToDetections(output, { batch: predictor.batch, classes: names.length, transforms });
    images.push(...pictures.map((picture, n) => ({ ...describe(picture), detections: found[n]! })));
    spent.pre += loaded - start;
    spent.infer += inferred - loaded;
    spent.post += performance.now() - inferred;
    onProgress?.(images.length, set.length);
  }
  const each = (ms: number): number => ms / images.length;
  return {
    ...ultralyticsMetrics(images, names),
    images,
    confusion: confusionMatrix(images, names),
    speed: { pre: each(spent.pre), infer: each(spent.infer), post: each(spent.post) },
  };
}

const NO_TARGETS = new Float32Array(0);

async function loadBatch(set: ValidationSet, first: number, batch: number): Promise<readonly ValidationPicture[]> {
  const indices = Array.from({ length: Math.min(batch, set.length - first) }, (_, n) => first + n);
  return Promise.all(indices.map((index) => set.picture(index)));
}

const describe = ({ sample, transform, truths }: ValidationPicture): Omit<ValidatedImage, 'detections'> => ({
  name: sample.name,
  imagePath: sample.imagePath,
  width: transform.width,
  height: transform.height,
  truths,
});
