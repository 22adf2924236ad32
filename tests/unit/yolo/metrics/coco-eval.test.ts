import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseCocoDetections, parseCocoGroundTruth } from '../../../../steps/yolo/metrics/coco-dataset.ts';
import { COCO_STATISTICS, cocoEval } from '../../../../steps/yolo/metrics/coco-eval.ts';
import { type CocoCase, goldenCases, makeCocoCase } from './coco-cases.ts';

const score = ({ gt, dt }: Pick<CocoCase, 'gt' | 'dt'>): readonly number[] => {
  const truth = parseCocoGroundTruth(gt, 'gt.json');
  return cocoEval(truth, parseCocoDetections(dt, 'dt.json', truth)).stats;
};

// Made by pycocotools: tests/e2e/yolo-metrics.test.ts rewrites it with UPDATE_GOLDEN=1 and holds it true.
const golden = JSON.parse(readFileSync(new URL('../../../golden/coco-eval.json', import.meta.url), 'utf8')) as Record<
  string,
  number[]
>;

describe('the twelve figures are those of pycocotools', () => {
  test.for(goldenCases())('$name', (example) => {
    // Not to a tolerance: the same additions in the same order.
    expect(score(example)).toEqual(golden[example.name]);
  });

  test('every case has its golden figures, and no other', () => {
    expect(Object.keys(golden).sort()).toEqual(
      goldenCases()
        .map(({ name }) => name)
        .sort(),
    );
  });
});

test('figures without a label to measure them on are -1, not 0', () => {
  const { gt, dt } = makeCocoCase('large only', { seed: 5, images: 5, categories: 1, labels: 3, noise: 2 });
  const large = { ...gt, annotations: gt.annotations.map((a) => ({ ...a, area: 200 * 200 })) };
  const stats = Object.fromEntries(score({ gt: large, dt }).map((value, i) => [COCO_STATISTICS[i]!, value]));
  expect(stats).toMatchObject({ AP_small: -1, AP_medium: -1, AR_small: -1, AR_medium: -1 });
  expect(stats['AP_large']).toBeGreaterThan(0);
});

test('detections that are the labels score 1; none at all score 0', () => {
  const { gt } = makeCocoCase('perfect', { seed: 6, images: 5, categories: 2, labels: 4, noise: 0 });
  const dt = gt.annotations.map(({ image_id, category_id, bbox }) => ({ image_id, category_id, bbox, score: 1 }));
  expect(score({ gt, dt })[0]).toBeCloseTo(1, 12);
  expect(score({ gt, dt: [] })[0]).toBe(0);
});

describe('broken documents are refused with the place', () => {
  const { gt, dt } = makeCocoCase('good', { seed: 7, images: 3, categories: 2, labels: 3, noise: 2 });
  const [first, ...others] = gt.annotations;
  const without = (key: string): object => Object.fromEntries(Object.entries(first!).filter(([name]) => name !== key));
  test.for([
    ['a list as ground truth', [], dt, 'gt.json: the document must be an object'],
    ['no categories', { images: gt.images, annotations: [] }, dt, 'gt.json: categories is missing'],
    ['images that are no list', { ...gt, images: {} }, dt, 'gt.json: images must be a list'],
    [
      'an annotation without area',
      { ...gt, annotations: [without('area')] },
      dt,
      'gt.json: annotations[0]: area is missing',
    ],
    ['an id given twice', { ...gt, annotations: [first, ...others, first] }, dt, `id ${first!.id} is given twice`],
    ['a box of three numbers', gt, [{ ...dt[0], bbox: [1, 2, 3] }], 'dt.json: [0]: bbox must be four numbers'],
    ['a score in quotes', gt, [{ ...dt[0], score: '0.9' }], 'dt.json: [0]: score must be a number'],
    [
      'an unknown picture',
      gt,
      [dt[0], { ...dt[0], image_id: 424242 }],
      'dt.json: [1]: image_id 424242 is not an image',
    ],
    ['an object as detections', gt, { annotations: dt }, 'dt.json: detections must be a list'],
  ] as const)('%s', ([, truth, detections, message]) => {
    expect(() => {
      const parsed = parseCocoGroundTruth(truth, 'gt.json');
      parseCocoDetections(detections, 'dt.json', parsed);
    }).toThrow(message);
  });
});
