import { describe, expect, test } from 'vitest';
import type { ParameterInfo, Weights } from '../../../../steps/yolo/model/detector.ts';
import { GradientSum } from '../../../../steps/yolo/train/gradient-sum.ts';
import { MovingAverage } from '../../../../steps/yolo/train/moving-average.ts';
import { adamW, sgd } from '../../../../steps/yolo/train/optimizer.ts';
import { updateRunningStatistics } from '../../../../steps/yolo/train/update-running-statistics.ts';

const PARAMETERS: readonly ParameterInfo[] = [
  { name: 'w', shape: [1], kind: 'weight' },
  { name: 'n', shape: [1], kind: 'norm' },
  { name: 'b', shape: [1], kind: 'bias' },
  { name: 'mean', shape: [1], kind: 'buffer' },
];

const one = (value: number) => ({ shape: [1], data: Float32Array.of(value) });
const weights = (): Weights => new Map(['w', 'n', 'b', 'mean'].map((name) => [name, one(1)]));
const gradients = (value: number) => new Map(['w', 'n', 'b'].map((name) => [name, Float32Array.of(value)]));
const values = (of: Weights) => Object.fromEntries([...of].map(([name, { data }]) => [name, data[0]]));
const RATES = { lr: 0.1, biasLr: 0.2, momentum: 0.9 };

describe('SGD', () => {
  test('two Nesterov steps by hand; decay on kernels alone, own rate for biases, buffers left alone', () => {
    const at = weights();
    const optimizer = sgd(PARAMETERS, 0.01);
    optimizer.step(at, { values: gradients(1), factor: 0.5 }, RATES);
    // d = .5 + .01 · 1, v = d, w = 1 - .1 (d + .9 v); without decay d = .5
    expect(values(at)['w']).toBeCloseTo(1 - 0.1 * 1.9 * 0.51, 6);
    expect(values(at)['n']).toBeCloseTo(1 - 0.1 * 1.9 * 0.5, 6);
    expect(values(at)['b']).toBeCloseTo(1 - 0.2 * 1.9 * 0.5, 6);
    optimizer.step(at, { values: gradients(-0.2), factor: 1 }, RATES);
    // v = .9 · .5 - .2 = .25, n = .905 - .1 (-.2 + .9 · .25)
    expect(values(at)['n']).toBeCloseTo(0.905 - 0.1 * 0.025, 6);
    const w = 1 - 0.1 * 1.9 * 0.51;
    const d = -0.2 + 0.01 * w;
    expect(values(at)['w']).toBeCloseTo(w - 0.1 * (d + 0.9 * (0.9 * 0.51 + d)), 6);
    expect(values(at)['mean']).toBe(1);
    expect(optimizer.steps).toBe(2);
  });
});

describe('AdamW', () => {
  test('two steps by hand; decay is not part of the gradient', () => {
    const at = weights();
    const optimizer = adamW(PARAMETERS, 0.01);
    optimizer.step(at, { values: gradients(1), factor: 0.5 }, RATES);
    // The first step is lr · sign(g) whatever the gradient's size.
    expect(values(at)['n']).toBeCloseTo(0.9, 5);
    expect(values(at)['b']).toBeCloseTo(0.8, 5);
    expect(values(at)['w']).toBeCloseTo(1 - 0.1 * 0.01 - 0.1, 5);
    optimizer.step(at, { values: gradients(-0.2), factor: 1 }, RATES);
    const m = (0.9 * 0.1 * 0.5 - 0.1 * 0.2) / (1 - 0.81);
    const v = (0.999 * 0.001 * 0.25 + 0.001 * 0.04) / (1 - 0.999 ** 2);
    expect(values(at)['n']).toBeCloseTo(0.9 - (0.1 * m) / Math.sqrt(v), 5);
  });
});

describe('GradientSum', () => {
  test('adds up, hands over once, and is empty then', () => {
    const sum = new GradientSum();
    sum.add(gradients(1));
    sum.add(gradients(2));
    const { values, factor } = sum.take(10);
    expect(values.get('w')).toEqual(Float32Array.of(3));
    expect(factor).toBe(1);
    expect(sum.waiting.size).toBe(0);
  });

  test('shortens the whole gradient, not each part', () => {
    const sum = new GradientSum();
    sum.add(
      new Map([
        ['a', Float32Array.of(30)],
        ['b', Float32Array.of(40)],
      ]),
    );
    const { values, factor } = sum.take(10);
    expect(factor * values.get('a')![0]!).toBeCloseTo(6, 5);
    expect(factor * values.get('b')![0]!).toBeCloseTo(8, 5);
  });
});

describe('averages', () => {
  test('the moving average ramps from following at once to hardly moving, and takes buffers too', () => {
    const at = weights();
    const average = MovingAverage.of(at);
    for (const tensor of at.values()) tensor.data[0] = 3;
    average.update(at);
    const decay = 0.9999 * (1 - Math.exp(-1 / 2000));
    expect(values(average.weights)['w']).toBeCloseTo(decay * 1 + (1 - decay) * 3, 5);
    expect(values(average.weights)['mean']).toBeCloseTo(decay * 1 + (1 - decay) * 3, 5);
    average.updates = 99_999;
    for (const tensor of at.values()) tensor.data[0] = 1003;
    const before = values(average.weights)['w']!;
    average.update(at);
    expect(values(average.weights)['w']! - before).toBeCloseTo(0.1, 2);
  });

  test('running statistics move by 3 % of the way', () => {
    const at = weights();
    updateRunningStatistics(at, new Map([['mean', Float32Array.of(2)]]));
    expect(values(at)['mean']).toBeCloseTo(1.03, 6);
  });
});
