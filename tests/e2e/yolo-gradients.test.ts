import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anchorsOf } from '../../steps/yolo/model/anchors.ts';
import { candidateFeeds } from '../../steps/yolo/model/candidate-inputs.ts';
import type { Weights } from '../../steps/yolo/model/detector.ts';
import { initialWeights } from '../../steps/yolo/model/initial-weights.ts';
import { openDetectGraph } from '../../steps/yolo/model/open-detect-graph.ts';
import { openTrainGraph } from '../../steps/yolo/model/open-train-graph.ts';
import { trainExpression } from '../../steps/yolo/model/train-expression.ts';
import { yolov8 } from '../../steps/yolo/model/yolov8.ts';
import { emitModel } from '../../steps/yolo/nn/emit-model.ts';
import { gradients } from '../../steps/yolo/nn/gradients.ts';
import { type Feed, openSession, type Session } from '../../steps/yolo/nn/session.ts';
import type { Node, Value } from '../../steps/yolo/nn/value.ts';
import { generator } from '../unit/yolo/nn/check-gradient.ts';

const gains = { box: 7.5, cls: 0.5, dfl: 1.5 };

/**
 * The gradient of the whole loss by all 3 million parameters, against central differences along random directions. What the loss counts as constant (the
 * assignment, CIoU's alpha, the divisor) is computed once and then held still: finite differences would otherwise see it move.
 *
 * The loss is about 60 in float32, so two evaluations differ by rounding of about 8e-6, and a difference quotient of step h by about 4e-6 / h. In a quiet
 * direction (derivative 0.05 to 1) that leaves h = 0.00125 with ±0.003; along parts of the gradient itself (derivative 70 to 100) the loss bends so
 * strongly that h = 0.00015 is needed, where rounding is ±0.03 of 80. Both steps are where halving them again changes nothing but noise.
 */
describe('the gradient of the YOLOv8n loss equals finite differences', () => {
  const architecture = yolov8({ scale: 'n', names: ['a', 'b'] });
  const batch = 4;
  const size = [64, 64] as const;
  const expression = trainExpression(architecture, { batch, size, gains });
  const trained = [...expression.trained];
  const barriers = barriersBelow(expression.loss.total);
  const weights = initialWeights(architecture, 1);
  const random = generator(11);
  const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let feeds: Record<string, Feed>;
  let frozen: Session;
  let gradient: Float32Array[];

  beforeAll(async () => {
    const images = Float32Array.from({ length: batch * 3 * size[0] * size[1] }, () => random());
    const targets = Array.from({ length: batch }, () =>
      Float32Array.from([0, 1, 0].flatMap((cls) => [cls, ...randomBox(random)])),
    );
    const anchors = anchorsOf(size, architecture.strides);
    feeds = {
      images: { shape: [batch, 3, ...size], data: images },
      ...candidateFeeds(targets, { anchors, classes: 2, size }),
    };
    const { inputs, loss } = expression;
    const found = gradients(
      loss.total,
      trained.map(([, value]) => value),
    );
    const named = Object.fromEntries(found.map((value, i) => [`gradient${i}`, value]));
    const once = await openSession(emitModel({ inputs, outputs: { loss: loss.total, ...named, ...barriers } }));
    const results = await once.run({ ...feeds, ...asFeeds(weights) });
    await once.close();
    gradient = trained.map((_, i) => results.get(`gradient${i}`) as Float32Array);
    for (const [name, value] of Object.entries(barriers)) {
      feeds[name] = { shape: value.shape as number[], data: results.get(name)! };
    }
    frozen = await openSession(emitModel({ inputs, outputs: { loss: loss.total }, frozen: barriers }));
  });
  afterAll(() => frozen.close());

  function asFeeds(tensors: Weights): Record<string, Feed> {
    return Object.fromEntries(trained.map(([name]) => [name, tensors.get(name)!]));
  }

  /** (L(w + h d) - L(w - h d)) / 2h along a direction of length 1. */
  async function quotient(direction: readonly Float32Array[], h: number): Promise<number> {
    const at = async (step: number): Promise<number> => {
      const moved: Weights = new Map(
        trained.map(([name], i) => {
          const { shape, data } = weights.get(name)!;
          return [name, { shape, data: data.map((value, j) => value + step * direction[i]![j]!) }];
        }),
      );
      return Number((await frozen.run({ ...feeds, ...asFeeds(moved) })).get('loss')![0]);
    };
    return ((await at(h)) - (await at(-h))) / (2 * h);
  }

  async function compare(direction: readonly Float32Array[], h: number): Promise<{ exact: number; numeric: number }> {
    const length = Math.sqrt(dot(direction, direction));
    const unit = direction.map((data) => data.map((value) => value / length));
    return { exact: dot(unit, gradient), numeric: await quotient(unit, h) };
  }

  it('holds assignment and alpha still: freezing them does not change the loss', async () => {
    expect(Object.keys(barriers).length).toBeGreaterThan(5);
    const { loss } = Object.fromEntries(await frozen.run({ ...feeds, ...asFeeds(weights) })) as { loss: Float32Array };
    expect(loss[0]).toBeGreaterThan(10);
  });

  it('along 12 random directions, every tensor moved in proportion to its own gradient', async () => {
    for (let i = 0; i < 12; i++) {
      const direction = gradient.map((data) => {
        const rms = Math.sqrt(dot([data], [data]) / data.length);
        return data.map(() => gaussian() * rms);
      });
      const { exact, numeric } = await compare(direction, 0.00125);
      expect(Math.abs(numeric - exact), `${numeric} ≠ ${exact}`).toBeLessThan(0.006 + 0.01 * Math.abs(exact));
    }
  });

  it('along 12 random parts of the gradient itself', async () => {
    for (let i = 0; i < 12; i++) {
      const direction = gradient.map((data) => {
        const taken = random() < 0.5;
        return data.map((value) => (taken && random() < 0.5 ? value : 0));
      });
      const { exact, numeric } = await compare(direction, 0.00015);
      expect(exact).toBeGreaterThan(10);
      expect(Math.abs(numeric / exact - 1), `${numeric} ≠ ${exact}`).toBeLessThan(3e-3);
    }
  });
});

describe('overfitting one picture', () => {
  it('finds its boxes with IoU > 0.9', async () => {
    const architecture = yolov8({ scale: 'n', names: ['light', 'dark'] });
    const size = [128, 128] as const;
    const boxes = [
      [0, 0.3, 0.35, 0.4, 0.3],
      [1, 0.68, 0.66, 0.36, 0.44],
    ] as const;
    const images = drawn(boxes, size);
    const weights = initialWeights(architecture, 0);
    const graph = await openTrainGraph(architecture, { batch: 1, size, gains });
    const adam = new Map<string, { m: Float32Array; v: Float32Array }>();
    const losses: number[] = [];
    for (let step = 1; step <= 150; step++) {
      const result = await graph.step(weights, { images, targets: [Float32Array.from(boxes.flat())] });
      losses.push(result.loss.box);
      for (const [name, gradient] of result.gradients) {
        const { data } = weights.get(name)!;
        if (!adam.has(name)) adam.set(name, { m: new Float32Array(data.length), v: new Float32Array(data.length) });
        const { m, v } = adam.get(name)!;
        // Down to 0, so that the statistics of the last batch are those of the weights it left, whatever the last bits were on the way there.
        const peak = 2e-3 * (1 - (step - 1) / 150);
        const rate = (peak * Math.sqrt(1 - 0.999 ** step)) / (1 - 0.9 ** step);
        for (let i = 0; i < data.length; i++) {
          m[i] = 0.9 * m[i]! + 0.1 * gradient[i]!;
          v[i] = 0.999 * v[i]! + 0.001 * gradient[i]! ** 2;
          data[i] = data[i]! - (rate * m[i]!) / (Math.sqrt(v[i]!) + 1e-8);
        }
      }
      for (const [name, data] of result.batchStatistics) weights.get(name)!.data.set(data);
    }
    await graph.close();
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 4);

    const detect = await openDetectGraph(architecture, weights, { batch: 1, size });
    const predictions = await detect.run(images);
    await detect.close();
    const anchors = predictions.length / 6;
    for (const [cls, ...box] of boxes) {
      const scores = predictions.subarray((4 + cls) * anchors, (5 + cls) * anchors);
      const best = scores.reduce((found, score, a) => (score > scores[found]! ? a : found), 0);
      const found = [0, 1, 2, 3].map((row) => predictions[row * anchors + best]!);
      expect(
        iou(
          found,
          box.map((side) => side * 128),
        ),
        `class ${cls}, score ${scores[best]}`,
      ).toBeGreaterThan(0.9);
      // Of 150 steps the last rounding decides between .25 and .98; an untrained head says less than .01.
      expect(scores[best]).toBeGreaterThan(0.1);
    }
  });
});

/** Every value that the loss counts as constant, under a name. */
function barriersBelow(loss: Value): Record<string, Value> {
  const found: Record<string, Value> = {};
  const seen = new Set<Node>();
  const stack = [loss.node];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    if (node.what.kind === 'barrier') found[`barrier${seen.size}`] = node.outputs[0]!;
    else for (const value of node.inputs) if (value !== null) stack.push(value.node);
  }
  return found;
}

function dot(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  return a.reduce((sum, data, i) => data.reduce((part, value, j) => part + value * b[i]![j]!, sum), 0);
}

function randomBox(random: () => number): number[] {
  const [w, h] = [0.2 + 0.6 * random(), 0.2 + 0.6 * random()];
  return [w / 2 + random() * (1 - w), h / 2 + random() * (1 - h), w, h];
}

/** A light and a dark rectangle on grey noise. */
function drawn(boxes: readonly (readonly number[])[], [height, width]: readonly [number, number]): Float32Array {
  const random = generator(3);
  const pixels = Float32Array.from({ length: 3 * height * width }, () => 0.4 + 0.2 * random());
  for (const [cls, cx, cy, w, h] of boxes as readonly (readonly [number, number, number, number, number])[]) {
    for (let y = Math.round((cy - h / 2) * height); y < (cy + h / 2) * height; y++) {
      for (let x = Math.round((cx - w / 2) * width); x < (cx + w / 2) * width; x++) {
        for (let c = 0; c < 3; c++) pixels[(c * height + y) * width + x] = cls === 0 ? 0.95 : 0.05;
      }
    }
  }
  return pixels;
}

/** Of boxes as centre and size. */
function iou(a: readonly number[], b: readonly number[]): number {
  const overlap = [0, 1].map((axis) => {
    const low = Math.max(a[axis]! - a[axis + 2]! / 2, b[axis]! - b[axis + 2]! / 2);
    const high = Math.min(a[axis]! + a[axis + 2]! / 2, b[axis]! + b[axis + 2]! / 2);
    return Math.max(0, high - low);
  });
  const shared = overlap[0]! * overlap[1]!;
  return shared / (a[2]! * a[3]! + b[2]! * b[3]! - shared);
}
