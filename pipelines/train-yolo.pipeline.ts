/**
 * Trains, scores and judges a YOLOv8 detector. On its defaults it draws its own pictures and needs nothing but this checkout:
 * `sluice run train-yolo`. Parameters carry Ultralytics' names and, where the embedded default has no reason of its own, its defaults.
 */
import { FileRef, pipeline } from 'sluice';
import { z } from 'zod';
import { resolveSource } from '../steps/yolo/data/resolve-source.ts';
import { YoloSteps } from '../steps/yolo/yolo.steps.ts';

const share = z.number().min(0).max(1);

export const TrainYoloParams = z.object({
  expName: z.string().min(1).default('train-yolo').describe('Name of the experiment, the title of its report'),

  // Data
  data: z.string().min(1).default('shapes').describe('shapes, coco128, a YOLO or Pascal VOC folder, or a data.yaml'),
  classes: z.array(z.string()).default([]).describe('Only these classes, numbered in this order; none given: all'),
  limit: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('Only the first so many pictures, by name, that have a box'),
  split: z
    .string()
    .default('')
    .describe("Shares such as 0.8,0.1,0.1; empty: the data set's own split, else those shares"),
  splitFile: z.string().nullable().default(null).describe('CSV with the columns split and stem; comes before split'),
  splitSeed: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Seed of a split by shares; apart from seed, so that models stay comparable'),

  // Model
  model: z.enum(['yolov8n']).default('yolov8n').describe('Network'),
  weights: z.string().nullable().default(null).describe('.onnx or .safetensors to start from; none: from scratch'),

  // Training
  epochs: z.int().positive().default(24).describe('Passes over the training pictures'),
  imgsz: z.int().positive().multipleOf(32).default(160).describe('Side of the square input, pixels'),
  batch: z.int().positive().default(16).describe('Pictures at once'),
  optimizer: z
    .enum(['auto', 'SGD', 'AdamW'])
    .default('auto')
    .describe('auto chooses optimizer and rate by itself and ignores lr0 and momentum'),
  lr0: z.number().positive().default(0.01).describe('First learning rate'),
  lrf: z.number().positive().default(0.01).describe('Last learning rate as a share of lr0'),
  cos_lr: z.boolean().default(false).describe('Learning rate along a cosine instead of a line'),
  momentum: share.default(0.937).describe('Momentum of SGD, first beta of AdamW'),
  weight_decay: z.number().nonnegative().default(0.0005).describe('Weight decay of convolution kernels'),
  warmup_epochs: z.number().nonnegative().default(3).describe('Epochs of warm-up'),
  warmup_momentum: share.default(0.8).describe('Momentum at the start of the warm-up'),
  warmup_bias_lr: z.number().nonnegative().default(0.1).describe('Learning rate of biases at the start of the warm-up'),
  nbs: z.int().positive().default(64).describe('Pictures that one optimizer step is made from, over several batches'),
  box: z.number().nonnegative().default(7.5).describe('Gain of the box loss'),
  cls: z.number().nonnegative().default(0.5).describe('Gain of the class loss'),
  dfl: z.number().nonnegative().default(1.5).describe('Gain of the distribution focal loss'),
  patience: z.int().nonnegative().default(100).describe('Stop after so many epochs without a better mAP50-95'),
  seed: z.int().nonnegative().default(0).describe('Seed of weights, order and augmentation'),
  threads: z
    .int()
    .nonnegative()
    .default(0)
    .describe('Threads of the runtime; 0: all cores. Results are equal only for equal counts'),

  // Augmentation
  hsv_h: share.default(0.015).describe('Hue shift, ±'),
  hsv_s: share.default(0.7).describe('Saturation change, ± share'),
  hsv_v: share.default(0.4).describe('Brightness change, ± share'),
  degrees: z.number().min(0).max(180).default(0).describe('Rotation, ± degrees'),
  translate: share.default(0.1).describe('Shift, ± share of the picture'),
  scale: share.default(0.5).describe('Zoom, ± share'),
  shear: z.number().min(0).max(45).default(0).describe('Shear, ± degrees'),
  fliplr: share.default(0.5).describe('Probability of a left-right flip'),
  flipud: share.default(0).describe('Probability of an up-down flip'),
  mosaic: share.default(1).describe('Probability of four pictures in one'),
  mixup: share.default(0).describe('Probability of a second picture shining through'),
  close_mosaic: z.int().nonnegative().default(10).describe('Last epochs without mosaic'),
});

@pipeline({
  name: 'train-yolo',
  description: 'Trains a YOLOv8 detector, scores it against its starting weights, and reports promote or refuse.',
  params: TrainYoloParams,
})
export class TrainYolo {
  constructor(private readonly yolo = new YoloSteps()) {}

  async run(params: z.output<typeof TrainYoloParams>) {
    const { expName, data, classes, limit, split, splitFile, splitSeed, model, weights, ...training } = params;
    const dataset = await this.yolo.prepareDataset(await resolveSource(data), {
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
      params: training,
    });
  }
}
