import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { type Ingredients, makeSample } from './augment/make-sample.ts';
import type { Recipe } from './augment/recipe.ts';

/** One batch to be cooked. Plain data and shared memory: posting it copies nothing big. */
export interface BatchOrder {
  readonly recipes: readonly Recipe[];
  /** By recipe, by layer, by picture of the layer. */
  readonly ingredients: readonly Ingredients[];
  readonly imgsz: number;
}

export interface CookedBatch {
  /** [N, 3, imgsz, imgsz], RGB 0..1 */
  readonly images: Float32Array<ArrayBuffer>;
  /** Per picture: class, centre x, centre y, width, height, normalised. */
  readonly targets: readonly Float32Array[];
}

/** What a worker is told at its start, so that this module does nothing when it is imported by any other thread. */
export const WORKER_ROLE = 'sluice-augment';

/** Augments one batch; runs in a worker, or in the caller's thread where none can start. */
export function cookBatch({ recipes, ingredients, imgsz }: BatchOrder): CookedBatch {
  const length = 3 * imgsz * imgsz;
  const images = new Float32Array(recipes.length * length);
  const targets = recipes.map((recipe, n) =>
    makeSample(recipe, ingredients[n]!, imgsz, images.subarray(n * length, (n + 1) * length)),
  );
  return { images, targets };
}

/** What a worker posts for each order, and once when it has been loaded. */
export interface WorkerAnswer {
  readonly id: number;
  readonly batch: CookedBatch;
}

if (!isMainThread && workerData === WORKER_ROLE && parentPort) {
  const port = parentPort;
  port.on('message', ({ id, order }: { readonly id: number; readonly order: BatchOrder }) => {
    const batch = cookBatch(order);
    port.postMessage({ id, batch } satisfies WorkerAnswer, [batch.images.buffer]);
  });
  port.postMessage('ready');
}
