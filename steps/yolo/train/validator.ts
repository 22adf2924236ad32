import type { DetectionMetrics, GroundTruth } from '../metrics/detection.ts';
import type { ScoredImage } from '../metrics/match.ts';
import { predictionsToDetections } from '../metrics/predict.ts';
import { ultralyticsMetrics } from '../metrics/ultralytics-metrics.ts';
import type { LossGraph, LossItems, TrainBatch, Weights } from '../model/detector.ts';
import { letterboxed, letterboxOffset } from './augment/canvas.ts';
import { writeSample } from './augment/make-sample.ts';
import { BOX, type Picture } from './augment/picture.ts';
import type { PictureCache } from './picture-cache.ts';

export interface Validation {
  readonly metrics: DetectionMetrics;
  readonly loss: LossItems;
}

/** Scores weights on a fixed set of pictures. */
export interface Validator {
  /** @param signal looked at before every batch. */
  validate(weights: Weights, signal: AbortSignal): Promise<Validation>;
  close(): Promise<void>;
}

/**
 * Validation as it runs after every training epoch: each picture whole on a grey square of imgsz, loss and boxes from one pass in inference mode.
 *
 * Boxes are compared in pixels of the scaled picture, not of the original: IoU doesn't change with scale, and decoding once is enough.
 */
export async function openValidator(setup: {
  readonly pictures: PictureCache;
  readonly count: number;
  readonly batch: number;
  readonly imgsz: number;
  readonly names: readonly string[];
  readonly openGraph: (batch: number) => Promise<LossGraph>;
}): Promise<Validator> {
  const { count, names } = setup;
  const batch = Math.min(setup.batch, count);
  const graphs = new Map<number, LossGraph>();
  for (const size of new Set([batch, count % batch || batch])) graphs.set(size, await setup.openGraph(size));
  return {
    async validate(weights, signal) {
      const images: ScoredImage[] = [];
      const losses: LossItems[] = [];
      for (let start = 0; start < count; start += batch) {
        signal.throwIfAborted();
        const numbers = Array.from({ length: Math.min(batch, count - start) }, (_, i) => start + i);
        const pictures = await Promise.all(numbers.map((index) => setup.pictures.get(index)));
        const { loss, predictions } = await graphs
          .get(numbers.length)!
          .run(weights, validationBatch(pictures, setup.imgsz));
        losses.push(loss);
        images.push(...scored(predictions, pictures, { imgsz: setup.imgsz, classes: names.length }));
      }
      return { metrics: ultralyticsMetrics(images, names).metrics, loss: meanLoss(losses) };
    },
    async close() {
      for (const graph of graphs.values()) await graph.close();
    },
  };
}

/** Mean over batches, a short one counting like the others (as Ultralytics prints it). */
export function meanLoss(losses: readonly LossItems[]): LossItems {
  const mean = (part: keyof LossItems): number => losses.reduce((sum, loss) => sum + loss[part], 0) / losses.length;
  return { box: mean('box'), cls: mean('cls'), dfl: mean('dfl') };
}

/** Pictures on grey squares, [N, 3, imgsz, imgsz], with their boxes. */
function validationBatch(pictures: readonly Picture[], imgsz: number): TrainBatch {
  const length = 3 * imgsz * imgsz;
  const images = new Float32Array(pictures.length * length);
  const unflipped = { flipX: false, flipY: false };
  const targets = pictures.map((picture, n) =>
    writeSample(letterboxed(picture, imgsz), unflipped, images.subarray(n * length, (n + 1) * length)),
  );
  return { images, targets };
}

function scored(
  predictions: Float32Array,
  batch: readonly Picture[],
  setup: { imgsz: number; classes: number },
): ScoredImage[] {
  const placements = batch.map((picture) => {
    const { width, height } = picture;
    const { x, y } = letterboxOffset(picture, setup.imgsz);
    return { width, height, gain: 1, padX: x, padY: y };
  });
  const found = predictionsToDetections(predictions, { placements, batch: batch.length, classes: setup.classes });
  return batch.map(({ boxes }, n) => ({ truths: truthsOf(boxes), detections: found[n]! }));
}

function truthsOf(boxes: Float32Array): GroundTruth[] {
  const truths: GroundTruth[] = [];
  for (let i = 0; i < boxes.length; i += BOX) {
    truths.push({ cls: boxes[i]!, x1: boxes[i + 1]!, y1: boxes[i + 2]!, x2: boxes[i + 3]!, y2: boxes[i + 4]! });
  }
  return truths;
}
