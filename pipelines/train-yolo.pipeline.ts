/**
 * Trains, scores and judges a YOLOv8 detector. On its defaults it draws its own pictures and needs nothing but this checkout:
 * `sluice run train-yolo`. Parameters carry Ultralytics' names and its defaults; on drawn shapes a quicker recipe takes the place of those left out.
 */
import { FileRef, pipeline } from 'sluice';
import { z } from 'zod';
import { resolveSource } from '../steps/yolo/data/resolve-source.ts';
import { withRecipe } from '../steps/yolo/train/recipe.ts';
import { YoloSteps } from '../steps/yolo/yolo.steps.ts';

const share = z.number().min(0).max(1);

/** Left out, the recipe for the data chooses: Ultralytics' value, another one for drawn shapes. */
const chosen = <S extends z.ZodType>(schema: S) => schema.nullable().default(null);

export const TrainYoloParams = z.object({
  expName: z.string().min(1).default('train-yolo').describe('Name of the experiment, the title of its report'),

  // Data
  data: z
    .string()
    .min(1)
    .default('shapes')
    .describe('shapes, coco128, a data.yaml, or a folder: YOLO, COCO JSON, Pascal VOC'),
  classes: z.array(z.string()).default([]).describe('Only these classes, by name, numbered in this order (all)'),
  limit: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Only the first so many pictures, by name, that have a box (all)'),
  split: z
    .string()
    .default('')
    .describe("Shares such as 0.8,0.1,0.1; empty: the data set's own split, else those shares"),
  splitFile: z
    .string()
    .nullable()
    .default(null)
    .describe('CSV with the columns split and stem; comes before split (none)'),
  splitSeed: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Seed of a split by shares; apart from seed, so that models stay comparable'),

  // Model
  model: z.enum(['yolov8n']).default('yolov8n').describe('Model: network and size'),
  weights: z.string().nullable().default(null).describe('.onnx or .safetensors to start from (none: from scratch)'),

  // Training
  epochs: chosen(z.int().positive()).describe('Epochs to train for (100; shapes: 6)'),
  imgsz: chosen(z.int().positive().multipleOf(32)).describe(
    'Image size: side of the square input, pixels (640; shapes: 128)',
  ),
  batch: chosen(z.int().positive()).describe('Batch size, pictures (16; shapes: 8)'),
  optimizer: chosen(z.enum(['auto', 'SGD', 'AdamW'])).describe(
    'auto chooses by the data and ignores lr0 and momentum (auto; shapes: AdamW)',
  ),
  lr0: chosen(z.number().positive()).describe('Initial learning rate (0.01; shapes: 0.003)'),
  lrf: z.number().positive().default(0.01).describe('Final learning rate, as a share of lr0'),
  cos_lr: z.boolean().default(false).describe('Cosine schedule of the learning rate instead of a linear one'),
  momentum: chosen(share).describe('SGD momentum, AdamW beta1 (0.937; shapes: 0.9)'),
  weight_decay: z.number().nonnegative().default(0.0005).describe('Weight decay (L2), of convolution kernels only'),
  warmup_epochs: chosen(z.number().nonnegative()).describe('Warm-up epochs, parts of one allowed (3; shapes: 0.3)'),
  warmup_momentum: share.default(0.8).describe('Momentum at the start of the warm-up'),
  warmup_bias_lr: chosen(z.number().nonnegative()).describe(
    'Learning rate of biases at the start of the warm-up (0.1; shapes: 0)',
  ),
  nbs: chosen(z.int().positive()).describe(
    'Nominal batch size: gradients of smaller batches are added up to it (64; shapes: 8)',
  ),
  box: z.number().nonnegative().default(7.5).describe('Box loss gain'),
  cls: z.number().nonnegative().default(0.5).describe('Class loss gain'),
  dfl: z.number().nonnegative().default(1.5).describe('Distribution focal loss gain'),
  patience: z
    .int()
    .nonnegative()
    .default(100)
    .describe('Early stop after so many epochs without a better mAP50-95; 0: never'),
  seed: z.int().nonnegative().default(0).describe('Seed of initial weights, order and augmentation'),
  threads: z.int().nonnegative().default(0).describe('CPU threads; 0: all cores. Equal results need equal counts'),

  // Augmentation
  hsv_h: share.default(0.015).describe('Hue augmentation, ± share of the circle'),
  hsv_s: share.default(0.7).describe('Saturation augmentation, ± share'),
  hsv_v: share.default(0.4).describe('Value (brightness) augmentation, ± share'),
  degrees: z.number().min(0).max(180).default(0).describe('Rotation, ± degrees'),
  translate: share.default(0.1).describe('Translation, ± share of the picture'),
  scale: share.default(0.5).describe('Scaling, ± share'),
  shear: z.number().min(0).max(45).default(0).describe('Shear, ± degrees'),
  fliplr: share.default(0.5).describe('Probability of a left-right flip'),
  flipud: share.default(0).describe('Probability of an up-down flip'),
  mosaic: share.default(1).describe('Probability of a mosaic: four pictures in one'),
  mixup: share.default(0).describe('Probability of mixup: a second picture shining through'),
  close_mosaic: z.int().nonnegative().default(10).describe('Turn mosaic off for the last so many epochs'),
});

@pipeline({
  name: 'train-yolo',
  description: 'Trains a YOLOv8 detector, scores it against its starting weights, and reports promote or refuse.',
  params: TrainYoloParams,
})
export class TrainYolo {
  constructor(private readonly yolo = new YoloSteps()) {}

  async run(params: z.output<typeof TrainYoloParams>) {
    const { expName, data, classes, limit, split, splitFile, splitSeed, model, weights, ...given } = params;
    const source = await resolveSource(data);
    const training = withRecipe(given, source.kind === 'shapes' ? 'shapes' : 'ultralytics');
    const dataset = await this.yolo.prepareDataset(source, {
      classes,
      limit,
      split,
      splitFile: splitFile === null ? null : FileRef.of(splitFile),
      seed: splitSeed,
    });
    const { train, val, names, statistics, findings, contactSheet } = dataset;
    const start = weights === null ? null : FileRef.of(weights);
    const trained = await this.yolo.trainYolo({ train, val, names }, { model, weights: start }, training);
    const { imgsz, threads } = training;
    const { best, start: baseline, history } = trained;
    const evaluation = await this.yolo.evaluate({ best, start: baseline, history }, { val, names }, { imgsz, threads });
    return this.yolo.summarize(trained.summary, evaluation, {
      title: expName,
      dataset: { statistics, findings, contactSheet },
      params: { ...training },
    });
  }
}
