import { expect, it } from 'vitest';
import { headlineMetrics } from '../../../framework/viewer/parts/headline-metrics.ts';

it('names what tells most first, and settings last', () => {
  const training = {
    'lr/pg0': 0.01,
    'train/box_loss': 2,
    'metrics/mAP50(B)': 0.5,
    'metrics/mAP50-95(B)': 0.4,
    'lr/pg1': 0.01,
    precision: 0.7,
    mAP50: 0.5,
    mAP50_95: 0.4,
    epoch: 3,
  };
  const names = headlineMetrics([training]);
  expect(names.slice(0, 5)).toEqual(['mAP50_95', 'mAP50', 'precision', 'metrics/mAP50-95(B)', 'metrics/mAP50(B)']);
  expect(new Set(names.slice(-3))).toEqual(new Set(['lr/pg0', 'lr/pg1', 'epoch']));
});

it('among plain names: the one that most runs have, then the one that was logged last', () => {
  expect(headlineMetrics([{ loss: 1, best: 2 }])).toEqual(['best', 'loss']);
  expect(headlineMetrics([{ loss: 1, best: 2 }, { loss: 3 }])).toEqual(['loss', 'best']);
  expect(headlineMetrics([])).toEqual([]);
});
