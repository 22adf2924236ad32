import { describe, expect, it } from 'vitest';
import type { Architecture, ModelScale } from '../../../../steps/yolo/model/detector.ts';
import { initialWeights } from '../../../../steps/yolo/model/initial-weights.ts';
import { yolov8 } from '../../../../steps/yolo/model/yolov8.ts';

const eighty = Array.from({ length: 80 }, (_, i) => `class ${i}`);

function trained({ parameters }: Architecture): number {
  return parameters
    .filter(({ kind }) => kind !== 'buffer')
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

describe('yolov8', () => {
  // Published sizes of the five models with 80 classes, less the 16 constants of the distance layer.
  it.each([
    ['n', 3_157_184],
    ['s', 11_166_544],
    ['m', 25_902_624],
    ['l', 43_691_504],
    ['x', 68_229_632],
  ] as const)('%s has %i trained parameters', (scale: ModelScale, count) => {
    expect(trained(yolov8({ scale, names: eighty }))).toBe(count);
  });

  it('n costs 8.74 GFLOP a picture of 640 px', () => {
    expect(yolov8({ scale: 'n', names: eighty }).flops(640) / 1e9).toBeCloseTo(8.743, 2);
  });

  it("names parameters as Ultralytics' state dict does", () => {
    const { parameters } = yolov8({ scale: 'n', names: ['person'] });
    expect(parameters.slice(0, 5)).toEqual([
      { name: 'model.0.conv.weight', shape: [16, 3, 3, 3], kind: 'weight' },
      { name: 'model.0.bn.weight', shape: [16], kind: 'norm' },
      { name: 'model.0.bn.bias', shape: [16], kind: 'bias' },
      { name: 'model.0.bn.running_mean', shape: [16], kind: 'buffer' },
      { name: 'model.0.bn.running_var', shape: [16], kind: 'buffer' },
    ]);
    const shapes = new Map(parameters.map(({ name, shape }) => [name, shape]));
    expect(shapes.get('model.4.m.1.cv2.conv.weight')).toEqual([32, 32, 3, 3]);
    expect(shapes.get('model.9.cv2.conv.weight')).toEqual([256, 512, 1, 1]);
    expect(shapes.get('model.22.cv2.0.2.weight')).toEqual([64, 64, 1, 1]);
    expect(shapes.get('model.22.cv3.2.2.bias')).toEqual([1]);
    // 57 blocks of 5, 6 last convolutions of 2.
    expect(parameters).toHaveLength(57 * 5 + 6 * 2);
  });

  it('keeps a class branch of 80 channels when asked to', () => {
    const width = (architecture: Architecture): number | undefined =>
      architecture.parameters.find(({ name }) => name === 'model.22.cv3.0.0.conv.weight')?.shape[0];
    expect(width(yolov8({ scale: 'n', names: ['person'] }))).toBe(64);
    expect(width(yolov8({ scale: 'n', names: eighty }))).toBe(80);
    expect(width(yolov8({ scale: 'n', names: ['person'], classWidth: 80 }))).toBe(80);
  });
});

describe('initialWeights', () => {
  const architecture = yolov8({ scale: 'n', names: ['a', 'b'] });
  const weights = initialWeights(architecture, 3);

  it('follow the architecture in names, order and shapes', () => {
    expect([...weights].map(([name, { shape, data }]) => [name, shape, data.length])).toEqual(
      architecture.parameters.map(({ name, shape }) => [name, shape, shape.reduce((a, b) => a * b, 1)]),
    );
  });

  it('are the same for a seed and different for another', () => {
    const again = initialWeights(architecture, 3);
    expect(
      [...again].every(([name, { data }]) =>
        Buffer.from(data.buffer).equals(Buffer.from(weights.get(name)!.data.buffer)),
      ),
    ).toBe(true);
    const other = initialWeights(architecture, 4).get('model.0.conv.weight')!;
    expect(other.data).not.toEqual(weights.get('model.0.conv.weight')!.data);
  });

  it('have kernels uniform within 1/√fan-in, neutral batch norms and the priors of the heads', () => {
    const kernel = weights.get('model.8.m.0.cv1.conv.weight')!.data;
    const bound = 1 / Math.sqrt(128 * 9);
    const largest = kernel.reduce((a, b) => Math.max(a, b), 0);
    expect(largest / bound).toBeLessThanOrEqual(1);
    expect(largest / bound).toBeGreaterThan(0.99);
    const mean = kernel.reduce((a, b) => a + b, 0) / kernel.length;
    const variance = kernel.reduce((a, b) => a + (b - mean) ** 2, 0) / kernel.length;
    expect(Math.abs(mean)).toBeLessThan(0.01 * bound);
    expect(variance / (bound ** 2 / 3)).toBeCloseTo(1, 1);
    expect(weights.get('model.0.bn.weight')!.data.every((gamma) => gamma === 1)).toBe(true);
    expect(weights.get('model.0.bn.running_var')!.data.every((variance_) => variance_ === 1)).toBe(true);
    expect(weights.get('model.22.cv2.1.2.bias')!.data.every((bias) => bias === 2)).toBe(true);
    expect(weights.get('model.22.cv3.1.2.bias')!.data[0]).toBeCloseTo(Math.log(5 / 2 / 40 ** 2), 5);
  });
});
