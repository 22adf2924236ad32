import { describe, expect, it } from 'vitest';
import { anchorsOf } from '../../../../steps/yolo/model/anchors.ts';
import { assignTargets } from '../../../../steps/yolo/model/assign-targets.ts';
import { candidateFeeds, candidateInputs } from '../../../../steps/yolo/model/candidate-inputs.ts';
import { detectionLoss } from '../../../../steps/yolo/model/detection-loss.ts';
import { predictionsOf } from '../../../../steps/yolo/model/predictions.ts';
import { input, type Value } from '../../../../steps/yolo/nn/value.ts';
import { evaluate, generator } from '../nn/check-gradient.ts';
import { type ReferencePredictions, referenceLoss, referenceTargets } from './reference-loss.ts';

const CLASSES = 3;
const SIZE = [64, 96] as const;
const anchors = anchorsOf(SIZE, [8, 16, 32]);
const A = anchors.count;

interface Scene {
  readonly targets: readonly Float32Array[];
  readonly seed: number;
}

/** Runs the graph's assignment and loss on random heads, and the reference on what those heads say. */
async function both({ targets, seed }: Scene) {
  const n = targets.length;
  const random = generator(seed);
  const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const heads = anchors.levels.map(({ height, width }, i) => ({
    box: input(`box${i}`, [n, 64, height, width]),
    cls: input(`cls${i}`, [n, CLASSES, height, width]),
  }));
  const feed = (value: Value, spread: number) => {
    const shape = value.shape as number[];
    const data = Float32Array.from({ length: shape.reduce((p, q) => p * q, 1) }, () => spread * gaussian());
    return { shape, data };
  };
  // Near bin 1-3, so that predicted boxes are of the size of the labelled ones and overlaps vary.
  const feeds = Object.fromEntries(
    heads.flatMap((h, i) => [
      [`box${i}`, feed(h.box, 3)],
      [`cls${i}`, feed(h.cls, 2)],
    ]),
  );
  const predictions = predictionsOf(heads, anchors);
  const candidates = candidateInputs();
  const assigned = assignTargets(predictions, candidates, anchors);
  const { items } = detectionLoss(predictions, assigned, { anchors, gains: { box: 1, cls: 1, dfl: 1 } });
  const result = await evaluate(
    {
      items,
      scores: assigned.scores,
      weights: assigned.weights,
      ...predictions.corners,
      targetX1: assigned.corners.x1,
      targetY2: assigned.corners.y2,
      logits: predictions.classLogits,
      bins: predictions.distanceLogits,
    },
    [...heads.flatMap((h) => [h.box, h.cls]), ...Object.values(candidates)],
    { ...feeds, ...candidateFeeds(targets, { anchors, classes: CLASSES, size: SIZE }) },
  );
  const part = (name: string, picture: number, length: number): Float32Array =>
    (result.get(name) as Float32Array).subarray(picture * length, (picture + 1) * length);
  const reference: ReferencePredictions = {
    size: SIZE,
    classes: CLASSES,
    targets,
    pictures: targets.map((_, i) => ({
      classLogits: part('logits', i, CLASSES * A),
      corners: ['x1', 'y1', 'x2', 'y2'].map((name) => [...part(name, i, A)]),
      distanceLogits: part('bins', i, 64 * A),
    })),
  };
  return { part, reference, items: result.get('items') as Float32Array };
}

/** Boxes of all sizes from 4 px to the whole picture, many of them overlapping. */
function randomTargets(seed: number, counts: readonly number[]): Float32Array[] {
  const random = generator(seed);
  return counts.map((count) =>
    Float32Array.from(
      Array.from({ length: count }, () => {
        const w = 0.05 + 0.9 * random() ** 2;
        const h = 0.05 + 0.9 * random() ** 2;
        return [Math.floor(random() * CLASSES), w / 2 + random() * (1 - w), h / 2 + random() * (1 - h), w, h];
      }).flat(),
    ),
  );
}

const scenes: readonly (readonly [string, Scene])[] = [
  ['a few boxes', { targets: randomTargets(1, [3, 2]), seed: 1 }],
  ['a crowd, one picture without labels', { targets: randomTargets(2, [25, 0, 8]), seed: 2 }],
  ['another crowd', { targets: randomTargets(3, [40]), seed: 3 }],
  ['tiny boxes', { targets: [Float32Array.of(1, 0.31, 0.42, 0.03, 0.04, 0, 0.8, 0.77, 0.01, 0.02)], seed: 4 }],
  ['the same box twice', { targets: [Float32Array.of(1, 0.5, 0.5, 0.5, 0.6, 1, 0.5, 0.5, 0.5, 0.6)], seed: 5 }],
  ['no labels at all', { targets: [new Float32Array(0), new Float32Array(0)], seed: 6 }],
];

describe('assignment and loss in the graph equal the reference', () => {
  it.each(scenes)('%s', async (_, scene) => {
    const { part, reference, items } = await both(scene);
    const expected = referenceTargets(reference);
    scene.targets.forEach((rows, picture) => {
      const scores = part('scores', picture, CLASSES * A);
      const weights = part('weights', picture, A);
      scores.forEach((score, i) => {
        expect(score).toBeCloseTo(expected.scores[picture]![i]!, 4);
      });
      expected.owners[picture]!.forEach((owner, a) => {
        let sum = 0;
        for (let c = 0; c < CLASSES; c++) sum += expected.scores[picture]![c * A + a]!;
        expect(weights[a]).toBeCloseTo(sum, 4);
        if (sum === 0) return;
        const [, cx, cy, w, h] = rows.subarray(5 * owner, 5 * owner + 5);
        const stride = anchors.stride[a]!;
        expect(part('targetX1', picture, A)[a]).toBeCloseTo(((cx! - w! / 2) * SIZE[1]) / stride, 3);
        expect(part('targetY2', picture, A)[a]).toBeCloseTo(((cy! + h! / 2) * SIZE[0]) / stride, 3);
      });
    });
    const loss = referenceLoss(reference);
    items.forEach((item, i) => {
      expect(Math.abs(item - loss[i]!)).toBeLessThan(1e-4 * Math.max(1, loss[i]!));
    });
  });

  it('has something to compare: boxes are assigned, and some anchors are contested', async () => {
    const { reference } = await both(scenes[1]![1]);
    const { owners, scores } = referenceTargets(reference);
    expect(owners[0]!.filter((owner) => owner >= 0).length).toBeGreaterThan(20);
    expect(owners[1]!.every((owner) => owner === -1)).toBe(true);
    expect(Math.max(...scores[0]!)).toBeGreaterThan(0.2);
  });
});
