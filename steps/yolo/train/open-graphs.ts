import { validationFrame } from '../metrics/validation-picture.ts';
import type { Architecture, LossGraph, TrainGraph } from '../model/detector.ts';
import { openLossGraph } from '../model/open-loss-graph.ts';
import { openTrainGraph } from '../model/open-train-graph.ts';
import type { TrainOptions } from './train-options.ts';

/** Pictures in a batch of the validation, in batches of the training: without gradients they take less memory. */
const VALIDATION_BATCHES = 2;

export interface Graphs {
  /** By the number of pictures in a batch. */
  readonly training: ReadonlyMap<number, TrainGraph>;
  readonly validation: { readonly batch: number; readonly graphs: ReadonlyMap<number, LossGraph> };
  close(): Promise<void>;
}

/**
 * Opens every graph that a training needs. Their shapes are fixed, so a set that doesn't divide into full batches takes a second one for the last, short batch:
 * each picture is seen in each epoch, and no padding gets into the batch norms' statistics.
 *
 * @param pictures in the two splits.
 */
export async function openGraphs(
  architecture: Architecture,
  options: TrainOptions,
  pictures: { readonly train: number; readonly val: number },
): Promise<Graphs> {
  const { box, cls, dfl, imgsz, threads } = options;
  const common = { gains: { box, cls, dfl }, ...(threads > 0 ? { threads } : {}) };
  const training = new Map<number, TrainGraph>();
  const losses = new Map<number, LossGraph>();
  const close = async (): Promise<void> => {
    for (const graph of [...training.values(), ...losses.values()]) await graph.close();
  };
  const batch = Math.min(options.batch * VALIDATION_BATCHES, pictures.val);
  try {
    for (const size of batchSizes(pictures.train, options.batch)) {
      training.set(size, await openTrainGraph(architecture, { ...common, batch: size, size: [imgsz, imgsz] }));
    }
    for (const size of batchSizes(pictures.val, batch)) {
      losses.set(size, await openLossGraph(architecture, { ...common, batch: size, size: validationFrame(imgsz) }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { training, validation: { batch, graphs: losses }, close };
}

/** The sizes that occur when `count` pictures are cut into batches. */
const batchSizes = (count: number, batch: number): ReadonlySet<number> =>
  new Set([Math.min(batch, count), count % batch || batch]);
