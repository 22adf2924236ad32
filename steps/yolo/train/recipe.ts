import { type TrainOptions, ULTRALYTICS_DEFAULTS } from './train-options.ts';

/**
 * For drawn shapes: what teaches a detector from scratch in the fewest pictures, so that the first run of a new checkout takes two minutes on two cores.
 * A step of the optimizer for every batch instead of every 64 pictures, small pictures, and no mosaic (runs of up to `close_mosaic` epochs see none).
 */
const SHAPES: Partial<TrainOptions> = Object.freeze({
  epochs: 6,
  imgsz: 128,
  batch: 8,
  nbs: 8,
  optimizer: 'AdamW',
  lr0: 0.003,
  momentum: 0.9,
  // Warm-up is for 300 steps and more; here it would be half of the training.
  warmup_epochs: 0.3,
  warmup_bias_lr: 0,
});

const RECIPES = { ultralytics: {}, shapes: SHAPES } as const;

type Given = { readonly [K in keyof TrainOptions]?: TrainOptions[K] | null };

/** Fills in what was left out (null): the recipe's value, else Ultralytics' default. */
export function withRecipe(given: Given, recipe: keyof typeof RECIPES): TrainOptions {
  const chosen = Object.entries(given).filter(([, value]) => value !== null && value !== undefined);
  return { ...ULTRALYTICS_DEFAULTS, ...RECIPES[recipe], ...Object.fromEntries(chosen) };
}
