import { describe, expect, test } from 'vitest';
import { chooseOptimizer } from '../../../../steps/yolo/train/choose-optimizer.ts';
import { Schedule } from '../../../../steps/yolo/train/schedule.ts';
import { ULTRALYTICS_DEFAULTS } from '../../../../steps/yolo/train/train-options.ts';

const PEAK = { lr: 0.01, momentum: 0.937, warmupBiasLr: 0.1 };

function schedule(change: { epochs: number; batch: number; cos_lr?: boolean; warmup_epochs?: number }, pictures = 40) {
  return new Schedule({ ...ULTRALYTICS_DEFAULTS, ...change }, PEAK, Math.ceil(pictures / change.batch));
}

/** The loop's rule, on its own: batches at which the optimizer steps. */
function steps(of: Schedule, batches: number): number[] {
  const made: number[] = [];
  let last = -1;
  for (let i = 0; i < batches; i++) {
    if (i - last >= of.at(i).accumulate) {
      made.push(i);
      last = i;
    }
  }
  return made;
}

describe('accumulation', () => {
  // Counted in Ultralytics 8.4 on 40 pictures.
  test.each([
    { epochs: 3, batch: 4, made: 4 },
    { epochs: 3, batch: 8, made: 3 },
    { epochs: 3, batch: 16, made: 3 },
    { epochs: 60, batch: 4, made: 40 },
  ])('$epochs epochs of 40 pictures at batch $batch make $made steps', ({ epochs, batch, made }) => {
    expect(steps(schedule({ epochs, batch }), epochs * Math.ceil(40 / batch))).toHaveLength(made);
  });

  test('at batch 16 the second of three epochs makes none', () => {
    expect(steps(schedule({ epochs: 3, batch: 16 }), 9)).toEqual([0, 2, 6]);
  });

  test('a batch of nbs pictures or more steps every time', () => {
    expect(steps(schedule({ epochs: 2, batch: 64 }, 640), 20)).toHaveLength(20);
  });
});

describe('learning rate', () => {
  test('falls on a line from lr0 to nearly lrf of it', () => {
    const line = schedule({ epochs: 10, batch: 4 });
    expect(line.epochLr(0)).toBeCloseTo(0.01, 12);
    expect(line.epochLr(5)).toBeCloseTo(0.01 * (0.5 * 0.99 + 0.01), 12);
    expect(line.epochLr(9)).toBeCloseTo(0.01 * (0.1 * 0.99 + 0.01), 12);
  });

  test('falls along a cosine', () => {
    const cosine = schedule({ epochs: 10, batch: 4, cos_lr: true });
    expect(cosine.epochLr(0)).toBeCloseTo(0.01, 12);
    expect(cosine.epochLr(5)).toBeCloseTo(0.01 * (0.5 * 0.99 + 0.01), 12);
    expect(cosine.epochLr(2)).toBeGreaterThan(schedule({ epochs: 10, batch: 4 }).epochLr(2));
  });
});

describe('warm-up', () => {
  const warm = schedule({ epochs: 100, batch: 4 }); // 3 epochs of 10 batches

  test('begins with biases at warmup_bias_lr and all else at rest', () => {
    expect(warm.at(0)).toEqual({ biasLr: 0.1, lr: 0, momentum: 0.8, accumulate: 1 });
  });

  test('is linear in the batch, towards the rate of the epoch', () => {
    const { biasLr, lr, momentum, accumulate } = warm.at(15);
    expect(lr).toBeCloseTo(warm.epochLr(1) / 2, 12);
    expect(biasLr).toBeCloseTo((0.1 + warm.epochLr(1)) / 2, 12);
    expect(momentum).toBeCloseTo((0.8 + 0.937) / 2, 12);
    expect(accumulate).toBe(8); // round half to even of 8.5
  });

  test('is over after three epochs', () => {
    expect(warm.at(31)).toEqual({ biasLr: warm.epochLr(3), lr: warm.epochLr(3), momentum: 0.937, accumulate: 16 });
  });

  test('leaves at least one epoch of a short run', () => {
    const lr = schedule({ epochs: 2, batch: 4 });
    expect(lr.at(10).lr).toBeCloseTo(lr.epochLr(1), 12);
    expect(lr.at(11).momentum).toBe(0.937);
  });

  test('can be left out', () => {
    expect(schedule({ epochs: 5, batch: 4, warmup_epochs: 0 }).at(0).lr).toBeCloseTo(0.01, 12);
    expect(schedule({ epochs: 1, batch: 4 }).at(0).lr).toBeCloseTo(0.01, 12);
  });
});

describe('optimizer: auto', () => {
  test.each([
    { classes: 1, lr: 0.002 },
    { classes: 3, lr: 0.001429 },
    { classes: 80, lr: 0.000119 },
  ])('is AdamW at $lr for $classes classes', ({ classes, lr }) => {
    expect(chooseOptimizer(ULTRALYTICS_DEFAULTS, 40, classes)).toEqual({
      optimizer: 'AdamW',
      lr,
      momentum: 0.9,
      warmupBiasLr: 0,
      auto: true,
    });
  });

  test('is SGD for long runs, whatever lr0 says', () => {
    const options = { ...ULTRALYTICS_DEFAULTS, lr0: 5, momentum: 0.1 };
    expect(chooseOptimizer(options, 118_000, 80)).toMatchObject({ optimizer: 'SGD', lr: 0.01, momentum: 0.9 });
  });

  test('a named one takes the options', () => {
    const options = { ...ULTRALYTICS_DEFAULTS, optimizer: 'SGD', lr0: 0.005 } as const;
    expect(chooseOptimizer(options, 40, 1)).toEqual({
      optimizer: 'SGD',
      lr: 0.005,
      momentum: 0.937,
      warmupBiasLr: 0.1,
      auto: false,
    });
  });
});
