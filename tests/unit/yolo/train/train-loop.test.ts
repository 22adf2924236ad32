import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StepContext, stepContext } from 'sluice';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Architecture, TrainGraph, Weights } from '../../../../steps/yolo/model/detector.ts';
import { openAugmentPool } from '../../../../steps/yolo/train/augment-pool.ts';
import { openCheckpoints } from '../../../../steps/yolo/train/checkpoints.ts';
import { chooseOptimizer } from '../../../../steps/yolo/train/choose-optimizer.ts';
import { TrainLoader } from '../../../../steps/yolo/train/train-loader.ts';
import { trainLoop } from '../../../../steps/yolo/train/train-loop.ts';
import { type TrainOptions, ULTRALYTICS_DEFAULTS } from '../../../../steps/yolo/train/train-options.ts';
import type { Validator } from '../../../../steps/yolo/train/validator.ts';
import { noisePictures } from './noise-pictures.ts';

const COUNT = 10;
const OPTIONS: TrainOptions = {
  ...ULTRALYTICS_DEFAULTS,
  imgsz: 32,
  batch: 4,
  // Steps of two batches, epochs of three: the gradients of an epoch's last batch may wait for the next epoch.
  nbs: 8,
  epochs: 6,
  warmup_epochs: 1,
};

/** A line through the mean brightness of a picture: few numbers, but every kind of parameter and a buffer. */
const LINE: Architecture = {
  model: 'line',
  scale: 'n',
  classWidth: 1,
  names: ['a', 'b', 'c'],
  parameters: [
    { name: 'slope', shape: [1], kind: 'weight' },
    { name: 'offset', shape: [1], kind: 'bias' },
    { name: 'bn.running_mean', shape: [1], kind: 'buffer' },
  ],
  strides: [8, 16, 32],
  regMax: 16,
  flops: () => 0,
};

const freshWeights = (): Weights =>
  new Map(LINE.parameters.map(({ name, shape }) => [name, { shape, data: Float32Array.of(0.25) }]));

/** Squared distance of the line from 1; `spoil` may turn a loss into something else. */
function lineGraph(batch: number, spoil: (loss: number) => number): TrainGraph {
  return {
    batch,
    size: [32, 32],
    runtimeMs: 0,
    close: async () => {},
    async step(weights, { images }) {
      const mean = images.reduce((sum, value) => sum + value, 0) / images.length;
      const off = weights.get('slope')!.data[0]! * mean + weights.get('offset')!.data[0]! - 1;
      const loss = spoil(off * off);
      return {
        loss: { box: loss, cls: loss / 2, dfl: 0 },
        gradients: new Map([
          ['slope', Float32Array.of(2 * off * mean * batch)],
          ['offset', Float32Array.of(2 * off * batch)],
        ]),
        batchStatistics: new Map([['bn.running_mean', Float32Array.of(mean)]]),
      };
    },
  };
}

/** Fitness by epoch, where a test wants a certain course of it; else how near the averaged line is. */
function lineValidator(fitness?: readonly number[]): Validator {
  let calls = 0;
  return {
    async validate(weights) {
      const near = 1 / (1 + Math.abs(1 - weights.get('slope')!.data[0]! - weights.get('offset')!.data[0]!));
      const mAP50_95 = fitness?.[calls++] ?? near;
      const metrics = { precision: 0, recall: 0, mAP50: mAP50_95, mAP50_95, f1: 0, confidence: 0, perClass: [] };
      return { metrics, loss: { box: 1, cls: 2, dfl: 3 } };
    },
  };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'train-loop-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Scenario {
  readonly options?: Partial<TrainOptions>;
  readonly fitness?: readonly number[];
  readonly fingerprint?: string;
  readonly spoil?: (loss: number) => number;
  /** Abort when this many batches have been trained. */
  readonly stopAfter?: number;
}

async function train({ options: change, fitness, fingerprint = 'same', spoil = (loss) => loss, stopAfter }: Scenario) {
  const options = { ...OPTIONS, ...change };
  const abort = new AbortController();
  let batches = 0;
  const counting = (loss: number) => {
    batches++;
    if (batches === stopAfter) abort.abort(new Error('stopped by the test'));
    return spoil(loss);
  };
  const weights = freshWeights();
  const { tracker, log, progress: tell, history } = stepContext();
  const recorders = { tracker, log, progress: tell, history };
  const context: StepContext = { ...recorders, signal: abort.signal, checkpointDir: folder, workDir: folder };
  const pool = await openAugmentPool(0, () => {});
  const { progress } = await trainLoop({
    architecture: LINE,
    weights,
    options,
    settings: chooseOptimizer(options, COUNT, 3),
    loader: new TrainLoader({ pictures: noisePictures(COUNT, 32), pool, options }),
    graphs: new Map([4, 2].map((size) => [size, lineGraph(size, counting)])),
    validator: lineValidator(fitness),
    checkpoints: openCheckpoints(folder, { fingerprint, metadata: {} }),
    context,
  });
  return { progress, weights: Object.fromEntries([...weights].map(([name, { data }]) => [name, data[0]])), batches };
}

describe('the loop', () => {
  test('learns, and gives one row an epoch', async () => {
    const { progress, weights, batches } = await train({ options: { epochs: 40, optimizer: 'SGD', lr0: 0.05 } });
    expect(progress.rows.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(progress.rows.at(-1)!['train/box_loss']).toBeLessThan(0.01 * progress.rows[0]!['train/box_loss']);
    expect(progress.rows[0]).toMatchObject({ 'val/box_loss': 1, 'val/cls_loss': 2, 'val/dfl_loss': 3 });
    expect(progress.seconds).toHaveLength(40);
    expect(batches).toBe(120);
    // Running statistics move 3 % a batch towards a mean brightness near one half.
    expect(weights['bn.running_mean']).toBeCloseTo(0.48, 1);
  });

  test('notes the rates of the last batch: kernels and scales rise, biases fall in the warm-up', async () => {
    const { progress } = await train({ options: { epochs: 4, warmup_epochs: 2, optimizer: 'SGD' } });
    const [first, second] = progress.rows;
    expect(first!['lr/pg0']).toBe(first!['lr/pg1']);
    expect(first!['lr/pg0']).toBeLessThan(second!['lr/pg0']);
    expect(first!['lr/pg2']).toBeGreaterThan(second!['lr/pg2']);
  });

  test('the best epoch is the last of the fittest', async () => {
    const { progress } = await train({ fitness: [0.1, 0.4, 0.2, 0.4, 0.3, 0.1] });
    expect(progress.best).toEqual({ epoch: 4, fitness: 0.4 });
  });

  test('patience ends a run that gets no better', async () => {
    const { progress } = await train({ options: { patience: 2 }, fitness: [0.1, 0.4, 0.2, 0.3, 0.9, 0.9] });
    expect(progress.epochs).toBe(4);
    const patient = await train({
      options: { patience: 0 },
      fingerprint: 'other',
      fitness: [0.4, 0.3, 0.2, 0.1, 0, 0],
    });
    expect(patient.progress.epochs).toBe(6);
  });
});

describe('interrupted', () => {
  test.each([
    { optimizer: 'SGD', stopAfter: 5 },
    { optimizer: 'AdamW', stopAfter: 10 },
    { optimizer: 'AdamW', stopAfter: 12 },
  ] as const)(
    'and taken up again after $stopAfter batches of $optimizer, a run ends with the same bits',
    async (at) => {
      const options = { optimizer: at.optimizer, lr0: 0.01 };
      await expect(train({ options, stopAfter: at.stopAfter })).rejects.toThrow('stopped by the test');
      const resumed = await train({ options });
      expect(resumed.batches).toBeLessThan(18);
      rmSync(folder, { recursive: true });
      folder = mkdtempSync(join(tmpdir(), 'train-loop-'));
      const whole = await train({ options });
      expect(whole.batches).toBe(18);
      expect(resumed.weights).toEqual(whole.weights);
      expect(resumed.progress.rows).toEqual(whole.progress.rows);
      expect(resumed.progress.lastStep).toBe(whole.progress.lastStep);
    },
  );

  test('a finished training is not trained again', async () => {
    const first = await train({});
    const second = await train({});
    expect(second.batches).toBe(0);
    expect(second.weights).toEqual(first.weights);
    expect(second.progress).toEqual(first.progress);
  });

  test('a checkpoint of another training is not taken up, nor a half-written one', async () => {
    await train({ options: { epochs: 2 } });
    expect((await train({ options: { epochs: 2 }, fingerprint: 'other' })).batches).toBe(6);
    writeFileSync(join(folder, 'checkpoint.safetensors.draft'), 'half');
    expect((await train({ options: { epochs: 2 }, fingerprint: 'other' })).batches).toBe(0);
  });
});

describe('a loss that is no number', () => {
  const spoilOnce = (at: number) => {
    let calls = 0;
    return (loss: number) => (++calls === at ? Number.NaN : loss);
  };

  test('sends the training back to its checkpoint and on with other augmentation', async () => {
    const { progress, batches } = await train({ spoil: spoilOnce(8) });
    expect(progress).toMatchObject({ epochs: 6, attempt: 1 });
    expect(batches).toBe(18 + 2);
    expect(progress.rows.every((row) => Number.isFinite(row['train/box_loss']))).toBe(true);
  });

  test('in the first epoch, or again and again, is an error that says what to do', async () => {
    await expect(train({ spoil: () => Number.NaN })).rejects.toMatchObject({ code: 'ERR_INPUT' });
    let calls = 0;
    const later = (loss: number) => (++calls > 5 ? Number.NaN : loss);
    await expect(train({ spoil: later })).rejects.toThrow(/epoch 2, after going back 3 times/);
  });
});
