import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { DirectoryRef, type FileRef, type StepContext, stepContext } from 'sluice';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { drawShapes, SHAPE_NAMES } from '../../steps/yolo/data/draw-shapes.ts';
import { type TrainOptions, ULTRALYTICS_DEFAULTS } from '../../steps/yolo/train/train-options.ts';
import { trainYolo } from '../../steps/yolo/train/train-yolo.ts';
import type { TrainedModel } from '../../steps/yolo/train/trained-model.ts';

const SIZE = 96;
/** Small enough to take seconds; the last batch of an epoch is a short one. */
const OPTIONS: TrainOptions = {
  ...ULTRALYTICS_DEFAULTS,
  imgsz: SIZE,
  batch: 4,
  nbs: 8,
  epochs: 3,
  warmup_epochs: 1,
  close_mosaic: 1,
  threads: 1,
};

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'yolo-train-'));
  await drawSplit('train', 10);
  await drawSplit('val', 5);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function drawSplit(split: string, count: number) {
  const images = join(folder, split, 'images');
  const labels = join(folder, split, 'labels');
  for (const path of [images, labels]) mkdirSync(path, { recursive: true });
  for (let i = 0; i < count; i++) {
    const { image, objects } = drawShapes(SIZE, [split === 'train' ? 1 : 2, i]);
    const raw = { width: SIZE, height: SIZE, channels: 3 } as const;
    await sharp(image.data, { raw })
      .png()
      .toFile(join(images, `${i}.png`));
    const rows = objects.map(({ cls, x1, y1, x2, y2 }) =>
      [cls, (x1 + x2) / 2 / SIZE, (y1 + y2) / 2 / SIZE, (x2 - x1) / SIZE, (y2 - y1) / SIZE].join(' '),
    );
    writeFileSync(join(labels, `${i}.txt`), rows.join('\n'));
  }
}

interface Call {
  readonly options?: Partial<TrainOptions>;
  readonly weights?: FileRef;
  readonly checkpointDir?: string;
  readonly stopAtEpoch?: string;
}

async function train({ options, weights, checkpointDir, stopAtEpoch }: Call = {}) {
  const abort = new AbortController();
  const seen = { progress: [] as Record<string, unknown>[], metrics: [] as number[] };
  const { tracker, log, history } = stepContext();
  const context: StepContext = {
    log,
    history,
    workDir: mkdtempSync(join(folder, 'work-')),
    checkpointDir: checkpointDir ?? mkdtempSync(join(folder, 'checkpoint-')),
    signal: abort.signal,
    tracker: { ...tracker, metrics: (_, at) => seen.metrics.push(at?.step ?? 0) },
    progress: ({ fields = {} }) => {
      seen.progress.push({ ...fields });
      if (fields['epoch'] === stopAtEpoch) abort.abort(new Error('Ctrl-C'));
    },
  };
  const model = await trainYolo({
    train: DirectoryRef.of(join(folder, 'train')),
    val: DirectoryRef.of(join(folder, 'val')),
    names: SHAPE_NAMES,
    model: 'yolov8n',
    weights: weights ?? null,
    options: { ...OPTIONS, ...options },
    context,
  });
  return { model, ...seen };
}

const FILES = ['best', 'last', 'onnx', 'args'] as const satisfies readonly (keyof TrainedModel)[];
const bytesOf = (model: TrainedModel) => FILES.map((name) => readFileSync(model[name].path).toString('base64'));
const plotsOf = ({ plots }: TrainedModel) =>
  readdirSync(plots.path).map((name) => [name, readFileSync(join(plots.path, name)).toString('base64')]);

describe('train_yolo, the whole of it', () => {
  let whole: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    whole = await train();
  });

  test('writes the files that Ultralytics users expect', () => {
    const { model } = whole;
    const [header, ...rows] = readFileSync(model.results.path, 'utf8').trim().split('\n');
    expect(header!.split(',')).toHaveLength(15);
    expect(rows.map((row) => row.split(',')[0])).toEqual(['1', '2', '3']);
    expect(model.history).toHaveLength(3);
    expect(readFileSync(model.args.path, 'utf8')).toContain('imgsz: 96\n');
    expect(readdirSync(model.plots.path).sort()).toEqual([
      'train_batch0.png',
      'train_batch1.png',
      'train_batch2.png',
      'train_batch6.png',
    ]);
    expect(model.start).toBeNull();
    expect(model.summary).toMatchObject({ model: 'yolov8n', epochs: 3, trainPictures: 10, valPictures: 5 });
    expect(model.summary.optimizer).toMatchObject({ optimizer: 'AdamW', lr: 0.001429 });
  });

  test('says how far it is, and gives the tracker one point an epoch', () => {
    expect(whole.metrics).toEqual([1, 2, 3]);
    expect(whole.progress.at(-1)).toMatchObject({ epoch: '3/3', mAP50: expect.any(Number), box: expect.any(Number) });
    expect(whole.progress.some((fields) => Number(fields['img/s']) > 0)).toBe(true);
  });

  test('gives the same bytes again', async () => {
    const again = await train();
    expect(bytesOf(again.model)).toEqual(bytesOf(whole.model));
    expect(plotsOf(again.model)).toEqual(plotsOf(whole.model));
    expect(again.model.history).toEqual(whole.model.history);
  });

  test('stopped in the second epoch and called again, it ends with the same bytes', async () => {
    const checkpointDir = mkdtempSync(join(folder, 'checkpoint-'));
    await expect(train({ checkpointDir, stopAtEpoch: '2/3' })).rejects.toThrow('Ctrl-C');
    const resumed = await train({ checkpointDir });
    expect(resumed.metrics).toEqual([2, 3]);
    expect(bytesOf(resumed.model)).toEqual(bytesOf(whole.model));
    expect(resumed.model.history).toEqual(whole.model.history);
  });

  test('starts from its own weights, and hands them on as the baseline', async () => {
    const { model } = await train({ weights: whole.model.best, options: { epochs: 1 } });
    expect(model.start).not.toBeNull();
    expect(model.summary.startedFrom).toBe('best.safetensors');
    // One epoch at the lowest rates moves the weights: the start was written before.
    expect(readFileSync(model.start!.path)).toEqual(readFileSync(whole.model.best.path));
    expect(readFileSync(model.last.path)).not.toEqual(readFileSync(whole.model.best.path));
  });

  test('starts from its own ONNX file, whose folded batch norms it estimates anew', async () => {
    const { model } = await train({ weights: whole.model.onnx, options: { epochs: 1 } });
    const [from] = model.history;
    expect(from!['train/box_loss']).toBeLessThan(2 * whole.model.history.at(-1)!['train/box_loss']);
    expect(model.summary.startedFrom).toBe('best.onnx');
  });
});

describe('train_yolo refuses', () => {
  test.each([
    { what: 'an unknown model', change: { model: 'yolov9n' }, message: 'There is no model yolov9n.' },
    { what: 'a class without a name', change: { names: ['circle'] }, message: /has class \d, but there are 1 classes/ },
    {
      what: 'a picture size off the grid',
      change: { options: { ...OPTIONS, imgsz: 100 } },
      message: /side of 100 pixels does not fit/,
    },
    { what: 'no epochs', change: { options: { ...OPTIONS, epochs: 0 } }, message: '0 epochs train nothing.' },
  ])('$what', async ({ change, message }) => {
    const call = trainYolo({
      train: DirectoryRef.of(join(folder, 'train')),
      val: DirectoryRef.of(join(folder, 'val')),
      names: SHAPE_NAMES,
      model: 'yolov8n',
      weights: null,
      options: OPTIONS,
      context: stepContext(),
      ...change,
    });
    await expect(call).rejects.toThrow(message);
    await expect(call).rejects.toMatchObject({ code: 'ERR_INPUT' });
  });
});
