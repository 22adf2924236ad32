import { describe, expect, test } from 'vitest';
import { decide } from '../../../../steps/yolo/report/decide.ts';
import type { EarlierRun } from '../../../../steps/yolo/report/earlier-runs.ts';
import { evaluationOf, metricsOf } from './evaluation-fixture.ts';

const earlier = (runName: string, mAP50_95: number): EarlierRun => ({
  runName,
  modelDigest: runName,
  mAP50: 0.6,
  mAP50_95,
  precision: 0.5,
  recall: 0.5,
});

const decided = (own: number, start: number | null, history: readonly EarlierRun[] = [], noise = 0.03) =>
  decide({ evaluation: evaluationOf({ own, start, noise }), history, epochs: 3 });

describe('against the starting weights', () => {
  test('better by more than the noise is promoted', () => {
    const { decision, reasons } = decided(0.5, 0.4);
    expect(decision).toBe('promote');
    expect(reasons).toEqual([
      '3 epochs of training beat the starting weights: mAP50-95 0.500 against 0.400 (+0.100), 95 % interval 0.070 to 0.130.',
    ]);
  });

  test('better by less than the noise is refused, and says that it is noise', () => {
    const { decision, reasons } = decided(0.49, 0.48);
    expect(decision).toBe('refuse');
    expect(reasons[0]).toMatch(/^3 epochs of training do not beat the starting weights: .*\(\+0\.010\)/);
    expect(reasons[0]).toContain('inside the noise of 31 boxes on 10 pictures');
  });

  test('worse inside the noise and worse outside of it are told apart', () => {
    expect(decided(0.47, 0.48).reasons[0]).toContain('inside the noise');
    const { decision, reasons } = decided(0.3, 0.48);
    expect(decision).toBe('refuse');
    expect(reasons[0]).toContain('do not beat the starting weights and make them worse');
    expect(reasons[0]).toContain('outside the noise');
  });
});

describe('against earlier runs', () => {
  test('the best of them has to be beaten, by more than the noise', () => {
    const history = [earlier('calm-fox', 0.3), earlier('brave-otter', 0.49)];
    expect(decided(0.55, 0.4, history).decision).toBe('promote');
    const { decision, reasons } = decided(0.5, 0.4, history);
    expect(decision).toBe('refuse');
    expect(reasons).toEqual([expect.stringMatching(/0\.490 of brave-otter \(\+0\.010\).*inside the noise/)]);
  });
});

describe('from scratch, with nothing to beat', () => {
  test('something usable is promoted, too little is refused; the rule is said', () => {
    expect(decided(0.5, null).decision).toBe('promote');
    const { decision, reasons } = decided(0.1, null);
    expect(decision).toBe('refuse');
    expect(reasons[0]).toContain('too little to be used: mAP50 0.300, 95 % interval 0.270 to 0.330');
    expect(reasons[0]).toContain('begins at 0.300 or above');
  });

  test('starting weights that know nothing are nothing to beat', () => {
    const evaluation = evaluationOf({ own: 0.08, start: 0, noise: 0.01 });
    const ignorant = { ...evaluation, baseline: { ...evaluation.baseline!, metrics: metricsOf(0, { mAP50: 0.001 }) } };
    expect(decide({ evaluation: ignorant, history: [], epochs: 3 }).decision).toBe('refuse');
  });
});

test('an untrained class branch is recognised by its precision', () => {
  const evaluation = evaluationOf({ own: 0.1, start: 0.48, noise: 0.03 });
  const untrained = { ...evaluation, metrics: metricsOf(0.1, { precision: 0.0078, recall: 0.7 }) };
  expect(decide({ evaluation: untrained, history: [], epochs: 3 }).reasons.at(-1)).toMatch(/hardly been trained/);
});

test('one picture carries no decision', () => {
  const evaluation = { ...evaluationOf({ own: 0.9, start: 0.1, noise: 0 }), bootstrap: null };
  expect(decide({ evaluation, history: [], epochs: 3 }).decision).toBe('refuse');
});
