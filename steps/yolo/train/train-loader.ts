import type { TrainBatch } from '../model/detector.ts';
import { Random } from '../nn/random.ts';
import { drawRecipe } from './augment/recipe.ts';
import type { AugmentPool } from './augment-pool.ts';
import type { BatchOrder } from './cook-batch.ts';
import type { TrainOptions } from './train-options.ts';
import type { TrainPictures } from './train-pictures.ts';

/** Batches cooked ahead of the one in training: enough that a slow one (pictures to decode) doesn't stop it, few enough for memory. */
const AHEAD = 3;

/** Keeps the order of an epoch's pictures and their augmentation from sharing a series. */
const ORDER_KEY = -1;

/** Hands out the batches of one epoch after another, the same whatever cooks them and however fast. */
export class TrainLoader {
  /** A last, shorter batch counted: every picture is seen in every epoch. */
  readonly batches: number;
  readonly #pictures: TrainPictures;
  readonly #pool: AugmentPool;
  readonly #options: TrainOptions;

  constructor(setup: {
    readonly pictures: TrainPictures;
    readonly pool: AugmentPool;
    readonly options: TrainOptions;
  }) {
    this.#pictures = setup.pictures;
    this.#pool = setup.pool;
    this.#options = setup.options;
    this.batches = Math.ceil(setup.pictures.count / setup.options.batch);
  }

  /** The pictures of one batch, by number, in the order of that epoch. */
  order(epoch: number, attempt: number): number[][] {
    const all = new Random(this.#options.seed, attempt, epoch, ORDER_KEY).permutation(this.#pictures.count);
    return Array.from({ length: this.batches }, (_, i) =>
      all.slice(i * this.#options.batch, (i + 1) * this.#options.batch),
    );
  }

  async *epoch(epoch: number, attempt: number): AsyncGenerator<TrainBatch> {
    const todo = this.order(epoch, attempt);
    const cooking: Promise<TrainBatch>[] = [];
    for (let next = 0; next < todo.length || cooking.length > 0; ) {
      while (next < todo.length && cooking.length <= AHEAD) {
        const batch = this.#cook(todo[next++]!, epoch, attempt);
        // Its error is met when its turn comes; until then it must not count as unhandled.
        batch.catch(() => undefined);
        cooking.push(batch);
      }
      yield await cooking.shift()!;
    }
  }

  async #cook(indices: readonly number[], epoch: number, attempt: number): Promise<TrainBatch> {
    const { seed, imgsz } = this.#options;
    const augment = epochAugmentation(this.#options, epoch);
    const recipes = indices.map((index) =>
      drawRecipe({ seed, attempt, epoch, index, count: this.#pictures.count }, augment),
    );
    const ingredients = await Promise.all(
      recipes.map(({ layers }) =>
        Promise.all(layers.map(({ pictures }) => Promise.all(pictures.map((index) => this.#pictures.get(index))))),
      ),
    );
    return this.#pool.cook({ recipes, ingredients, imgsz } satisfies BatchOrder);
  }
}

/** The last `close_mosaic` epochs see single pictures; a run that is no longer than that never sees a mosaic (as in Ultralytics 8.4). */
export function epochAugmentation(options: TrainOptions, epoch: number): TrainOptions {
  const closed = options.close_mosaic > 0 && epoch >= options.epochs - options.close_mosaic;
  return closed ? { ...options, mosaic: 0, mixup: 0 } : options;
}
