import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrateBatchNorm } from '../../../../steps/yolo/model/calibrate-batch-norm.ts';
import type { TrainBatch, TrainStepResult, Weights } from '../../../../steps/yolo/model/detector.ts';
import { initialWeights } from '../../../../steps/yolo/model/initial-weights.ts';
import { openDetectGraph } from '../../../../steps/yolo/model/open-detect-graph.ts';
import { openLossGraph } from '../../../../steps/yolo/model/open-loss-graph.ts';
import { openTrainGraph } from '../../../../steps/yolo/model/open-train-graph.ts';
import { yolov8 } from '../../../../steps/yolo/model/yolov8.ts';
import { generator } from '../nn/check-gradient.ts';

const architecture = yolov8({ scale: 'n', names: ['a', 'b'] });
const batch = 2;
const size = [64, 96] as const;
const gains = { box: 7.5, cls: 0.5, dfl: 1.5 };
const random = generator(11);
const pictures: TrainBatch = {
  images: Float32Array.from({ length: batch * 3 * size[0] * size[1] }, () => random()),
  targets: [Float32Array.of(0, 0.4, 0.5, 0.5, 0.6, 1, 0.7, 0.6, 0.4, 0.5), new Float32Array(0)],
};
/** Pixels by which rounding may move a box: this untrained network turns 1e-7 of a pixel's brightness into 0.012 px. Trained ones: tests/e2e. */
const ROUNDING = 0.1;

let weights: Weights;
beforeAll(async () => {
  weights = initialWeights(architecture, 1);
  // Running statistics as training would leave them: with the neutral ones of the start, activations die away layer by layer in inference.
  const graph = await openTrainGraph(architecture, { batch, size, gains });
  const { batchStatistics } = await graph.step(weights, { ...pictures, images: pictures.images.map((x) => x ** 3) });
  await graph.close();
  for (const [name, data] of batchStatistics) weights.get(name)!.data.set(data);
});

const bytesOf = ({ loss, gradients, batchStatistics }: TrainStepResult): Buffer =>
  Buffer.concat([
    Buffer.from(JSON.stringify(loss)),
    ...[...gradients.values(), ...batchStatistics.values()].map((data) =>
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    ),
  ]);

describe('openTrainGraph', () => {
  const open = () => openTrainGraph(architecture, { batch, size, gains, threads: 2 });
  let first: TrainStepResult;
  let graph: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    graph = await open();
    first = await graph.step(weights, pictures);
  });
  afterAll(() => graph.close());

  it('gives finite losses, a gradient of every trained parameter and statistics of every buffer', () => {
    for (const value of Object.values(first.loss)) expect(value).toBeGreaterThan(0);
    const sizes = (kinds: readonly string[]) =>
      architecture.parameters
        .filter(({ kind }) => kinds.includes(kind))
        .map(({ name, shape }) => [name, shape.reduce((a, b) => a * b, 1)]);
    const lengths = (tensors: ReadonlyMap<string, Float32Array>) =>
      [...tensors].map(([name, { length }]) => [name, length]);
    expect(lengths(first.gradients)).toEqual(sizes(['weight', 'norm', 'bias']));
    expect(lengths(first.batchStatistics)).toEqual(sizes(['buffer']));
    for (const [name, data] of first.gradients) {
      expect(data.every(Number.isFinite), name).toBe(true);
      // No box is assigned to the coarser levels here, so nothing is learned by their box branches.
      const silent = /model\.22\.cv2\.[12]/.test(name);
      expect(silent || data.some((value) => value !== 0), name).toBe(true);
    }
  });

  it('gives the same bytes again, from another session too', async () => {
    const bytes = bytesOf(first);
    expect(bytesOf(await graph.step(weights, pictures)).equals(bytes)).toBe(true);
    const other = await open();
    expect(bytesOf(await other.step(weights, pictures)).equals(bytes)).toBe(true);
    await other.close();
  });

  it('keeps earlier results when it runs again', async () => {
    const bytes = bytesOf(first);
    await graph.step(weights, { ...pictures, images: pictures.images.map((pixel) => 1 - pixel) });
    expect(bytesOf(first).equals(bytes)).toBe(true);
  });

  it('takes batches without any label', async () => {
    const { loss, gradients } = await graph.step(weights, {
      ...pictures,
      targets: [new Float32Array(0), new Float32Array(0)],
    });
    expect(loss).toMatchObject({ box: 0, dfl: 0 });
    expect(loss.cls).toBeGreaterThan(0);
    expect([...gradients.values()].every((data) => data.every(Number.isFinite))).toBe(true);
  });

  it('says how long onnxruntime worked', () => {
    expect(graph.runtimeMs).toBeGreaterThan(0);
  });

  it.each([
    [{ batch: 0, size }, /batch of 0/],
    [{ batch, size: [64, 100] as const }, /100 pixels/],
    [{ batch, size: [0, 64] as const }, /0 pixels/],
  ])('refuses %j', async (sizes, message) => {
    await expect(openTrainGraph(architecture, { ...sizes, gains })).rejects.toMatchObject({
      code: 'ERR_INPUT',
      message: expect.stringMatching(message),
    });
  });
});

describe('openLossGraph and openDetectGraph', () => {
  it('predict the same, one with fed and one with folded weights', async () => {
    const loss = await openLossGraph(architecture, { batch, size, gains });
    const detect = await openDetectGraph(architecture, weights, { batch, size });
    const { predictions } = await loss.run(weights, pictures);
    const folded = await detect.run(pictures.images);
    expect(folded).toHaveLength(batch * 6 * (8 * 12 + 4 * 6 + 2 * 3));
    const difference = folded.reduce((most, value, i) => Math.max(most, Math.abs(value - predictions[i]!)), 0);
    expect(difference).toBeLessThan(ROUNDING);
    // Not the constant answer of a dead network.
    expect(new Set(folded.subarray(0, 126)).size).toBeGreaterThan(50);
    await loss.close();
    await detect.close();
  });
});

describe('calibrateBatchNorm', () => {
  it('keeps what the network computes, and makes training on the same pictures see the same network', async () => {
    const calibrated = await calibrateBatchNorm(architecture, weights, { batch, size, batches: [pictures.images] });
    const loss = await openLossGraph(architecture, { batch, size, gains });
    const before = await loss.run(weights, pictures);
    const after = await loss.run(calibrated, pictures);
    await loss.close();
    const difference = before.predictions.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - after.predictions[i]!)),
      0,
    );
    expect(difference).toBeLessThan(ROUNDING);
    const train = await openTrainGraph(architecture, { batch, size, gains });
    const uncalibrated = await train.step(weights, pictures);
    const trained = await train.step(calibrated, pictures);
    await train.close();
    for (const item of ['box', 'cls', 'dfl'] as const) {
      const error = Math.abs(trained.loss[item] - after.loss[item]);
      expect(error / after.loss[item]).toBeLessThan(1e-3);
      expect(Math.abs(uncalibrated.loss[item] - after.loss[item])).toBeGreaterThan(5 * error);
    }
  });

  it('takes the mean over batches', async () => {
    const name = 'model.0.bn.running_mean';
    const dark = new Float32Array(pictures.images.length);
    const both = await calibrateBatchNorm(architecture, weights, { batch, size, batches: [pictures.images, dark] });
    const one = await calibrateBatchNorm(architecture, weights, { batch, size, batches: [pictures.images] });
    const half = one.get(name)!.data.map((value) => value / 2);
    both.get(name)!.data.forEach((value, i) => {
      expect(value).toBeCloseTo(half[i]!, 5);
    });
  });
});
