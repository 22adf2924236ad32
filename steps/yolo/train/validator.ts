import { decodeImage, type RgbImage } from '../data/decode-image.ts';
import { type LetterboxTransform, letterbox } from '../data/letterbox.ts';
import type { Sample } from '../data/samples.ts';
import type { DetectionMetrics, GroundTruth } from '../metrics/detection.ts';
import type { ScoredImage } from '../metrics/match.ts';
import { predictionsToDetections } from '../metrics/predict.ts';
import { truthsOf } from '../metrics/truths-of.ts';
import { ultralyticsMetrics } from '../metrics/ultralytics-metrics.ts';
import { validationFrame, validationPicture } from '../metrics/validation-picture.ts';
import type { LossGraph, LossItems, TrainBatch, Weights } from '../model/detector.ts';
import { BoundedCache } from './bounded-cache.ts';

export interface Validation {
  readonly metrics: DetectionMetrics;
  readonly loss: LossItems;
}

/** Scores weights on a fixed set of pictures. */
export interface Validator {
  /** @param signal looked at before every batch. */
  validate(weights: Weights, signal: AbortSignal): Promise<Validation>;
}

/** A picture of the validation set, decoded once. */
interface Subject {
  /** Scaled to its place in the frame, not padded. */
  readonly scaled: RgbImage;
  readonly placement: LetterboxTransform;
  readonly truths: readonly GroundTruth[];
  /** Normalised rows in the frame. */
  readonly target: Float32Array;
}

/**
 * Validation as it runs after every training epoch: the figures of `metrics/validate.ts`, and the losses from the same pass.
 *
 * @param setup.graphs by the number of pictures in a batch: the usual one and that of the last batch; of the size `validationFrame(imgsz)`.
 */
export function createValidator(setup: {
  readonly samples: readonly Sample[];
  readonly imgsz: number;
  readonly batch: number;
  readonly names: readonly string[];
  readonly graphs: ReadonlyMap<number, LossGraph>;
}): Validator {
  const { samples, imgsz, batch, names } = setup;
  const frame = validationFrame(imgsz);
  const subjects = new BoundedCache((index) => load(samples[index]!, imgsz), imgsz * imgsz * 3);
  return {
    async validate(weights, signal) {
      const images: ScoredImage[] = [];
      const losses: LossItems[] = [];
      for (let first = 0; first < samples.length; first += batch) {
        signal.throwIfAborted();
        const size = Math.min(batch, samples.length - first);
        const group = await Promise.all(Array.from({ length: size }, (_, n) => subjects.get(first + n)));
        const { loss, predictions } = await setup.graphs.get(size)!.run(weights, toBatch(group, frame));
        const placements = group.map(({ placement }) => placement);
        const found = predictionsToDetections(predictions, { batch: size, classes: names.length, placements });
        images.push(...group.map(({ truths }, n) => ({ truths, detections: found[n]! })));
        losses.push(loss);
      }
      return { metrics: ultralyticsMetrics(images, names).metrics, loss: meanLoss(losses) };
    },
  };
}

/** Mean over batches, a short one counting like the others (as Ultralytics prints it). */
export function meanLoss(losses: readonly LossItems[]): LossItems {
  const mean = (part: keyof LossItems): number => losses.reduce((sum, loss) => sum + loss[part], 0) / losses.length;
  return { box: mean('box'), cls: mean('cls'), dfl: mean('dfl') };
}

async function load({ imagePath, labels }: Sample, imgsz: number): Promise<Subject> {
  const image = await decodeImage(imagePath);
  const { scaled, placement } = validationPicture(image, imgsz);
  return {
    scaled,
    placement,
    truths: truthsOf(labels, image),
    target: framed(labels, placement, validationFrame(imgsz)),
  };
}

type Frame = readonly [height: number, width: number];

/** Rows normalised to the picture → rows normalised to the frame it lies in. */
function framed(labels: Float32Array, placement: LetterboxTransform, [height, width]: Frame): Float32Array {
  const across = (placement.width * placement.gain) / width;
  const down = (placement.height * placement.gain) / height;
  return labels.map((value, i) => {
    switch (i % 5) {
      case 0:
        return value;
      case 1:
        return value * across + placement.padX / width;
      case 2:
        return value * down + placement.padY / height;
      case 3:
        return value * across;
      default:
        return value * down;
    }
  });
}

/** [N, 3, H, W] */
function toBatch(group: readonly Subject[], frame: Frame): TrainBatch {
  const length = 3 * frame[0] * frame[1];
  const images = new Float32Array(group.length * length);
  for (const [n, { scaled }] of group.entries()) {
    letterbox(scaled, { size: frame, scaleUp: false, into: images.subarray(n * length, (n + 1) * length) });
  }
  return { images, targets: group.map(({ target }) => target) };
}
