import { basename } from 'node:path';
import { decodeImage } from '../data/decode-image.ts';
import { letterbox } from '../data/letterbox.ts';
import type { Sample } from '../data/samples.ts';
import type { DetectGraph } from '../model/detector.ts';
import { type ConfusionMatrix, confusionMatrix } from './confusion-matrix.ts';
import type { ScoredImage } from './match.ts';
import { predictionsToDetections } from './predict.ts';
import { truthsOf } from './truths-of.ts';
import { type DetectionScores, ultralyticsMetrics } from './ultralytics-metrics.ts';
import { validationPicture } from './validation-picture.ts';

export interface ValidateOptions {
  /** Long side of the pictures in pixels. The graph's frame is `validationFrame(imgsz)`. */
  readonly imgsz: number;
  /** Classes of the labels; the network's must be the same, in the same order. */
  readonly names: readonly string[];
  /** Looked at before every batch. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (pictures: number, of: number) => void;
}

/** A picture with what it holds and what was found on it. */
export interface ValidatedImage extends ScoredImage {
  readonly name: string;
  readonly fileName: string;
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
 * Every picture lies in one square frame, where Ultralytics frames each batch by the shapes in it: one graph does, and a picture's score does not depend on
 * its neighbours.
 *
 * @throws ERR_INPUT when no picture has a label, or a picture is unreadable.
 */
export async function validate(
  graph: Pick<DetectGraph, 'batch' | 'size' | 'run'>,
  samples: readonly Sample[],
  { imgsz, names, signal, onProgress }: ValidateOptions,
): Promise<Validation> {
  const spent = { pre: 0, infer: 0, post: 0 };
  const images: ValidatedImage[] = [];
  const length = 3 * graph.size[0] * graph.size[1];
  const pixels = new Float32Array(graph.batch * length);
  for (let first = 0; first < samples.length; first += graph.batch) {
    signal?.throwIfAborted();
    const start = performance.now();
    // The last batch may be short; what the others left in its free places is computed and not looked at.
    const pictures = await Promise.all(
      samples.slice(first, first + graph.batch).map(async (sample, n) => {
        const { scaled, placement } = validationPicture(await decodeImage(sample.imagePath), imgsz);
        letterbox(scaled, { size: graph.size, scaleUp: false, into: pixels.subarray(n * length, (n + 1) * length) });
        return { sample, placement };
      }),
    );
    const loaded = performance.now();
    const output = await graph.run(pixels);
    const inferred = performance.now();
    const placements = pictures.map(({ placement }) => placement);
    const found = predictionsToDetections(output, { batch: graph.batch, classes: names.length, placements });
    for (const [n, { sample, placement }] of pictures.entries()) {
      const { width, height } = placement;
      const { name, imagePath } = sample;
      const truths = truthsOf(sample.labels, placement);
      images.push({ name, fileName: basename(imagePath), imagePath, width, height, truths, detections: found[n]! });
    }
    spent.pre += loaded - start;
    spent.infer += inferred - loaded;
    spent.post += performance.now() - inferred;
    onProgress?.(images.length, samples.length);
  }
  const each = (ms: number): number => ms / images.length;
  return {
    ...ultralyticsMetrics(images, names),
    images,
    confusion: confusionMatrix(images, names),
    speed: { pre: each(spent.pre), infer: each(spent.infer), post: each(spent.post) },
  };
}
