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

/** Augments one batch; runs in a worker, or in the caller's thread where none can start. */
export function cookBatch({ recipes, ingredients, imgsz }: BatchOrder): CookedBatch {
  const length = 3 * imgsz * imgsz;
  const images = new Float32Array(recipes.length * length);
  const targets = recipes.map((recipe, n) =>
    makeSample(recipe, ingredients[n]!, imgsz, images.subarray(n * length, (n + 1) * length)),
  );
  return { images, targets };
}
