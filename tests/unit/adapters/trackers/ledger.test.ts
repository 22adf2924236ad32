import { describe, expect, it } from 'vitest';
import { createLedger } from '../../../../framework/adapters/trackers/mlflow/ledger.ts';
import { safeName } from '../../../../framework/adapters/trackers/mlflow/safe-name.ts';

const train = (attempt = 1) => ({ node: 'train', generation: `run#${attempt}` });
const evaluate = { node: 'evaluate', generation: 'run#1' };

describe('names', () => {
  it.each([
    ['metrics/mAP50-95(B)', 'metrics/mAP50-95_B_'],
    ['train/box_loss', 'train/box_loss'],
    ['lr/pg0', 'lr/pg0'],
    ['a//b/../c/', 'a/b/c'],
    ['/abs', 'abs'],
    ['x:y|z', 'x_y_z'],
    ['größe', 'größe'],
    ['..', '_'],
    ['', '_'],
  ])('%j is %j for MLflow', (name, safe) => {
    expect(safeName(name)).toBe(safe);
  });

  it('are cut to what MLflow takes', () => {
    expect(safeName('x'.repeat(300))).toHaveLength(250);
  });
});

describe('the ledger of a run', () => {
  it('gives a name to the step that used it first, and the step’s own to others', () => {
    const ledger = createLedger();
    expect(ledger.metric(train(), 'mAP50', { step: 1, value: 0.1 })).toBe('mAP50');
    expect(ledger.metric(evaluate, 'mAP50', { step: 0, value: 0.5 })).toBe('evaluate/mAP50');
    expect(ledger.metric(train(), 'mAP50', { step: 2, value: 0.2 })).toBe('mAP50');
    expect(ledger.key('path', train(), 'results.csv')).toBe('results.csv');
    expect(ledger.key('path', evaluate, 'results.csv')).toBe('evaluate/results.csv');
    expect(ledger.key('path', train(), 'results.csv')).toBe('results.csv');
  });

  it('tells two names apart that MLflow can’t', () => {
    const ledger = createLedger();
    const keys = ['a(b', 'a)b', 'a[b'].map((name) => ledger.metric(train(), name, { step: 0, value: 1 }));
    expect(new Set(keys).size).toBe(3);
    expect(keys[0]).toBe('a_b');
  });

  it('logs a point once, whatever attempt says it', () => {
    const ledger = createLedger();
    const say = (attempt: number, step: number, value: number) =>
      ledger.metric(train(attempt), 'loss', { step, value });
    expect([say(1, 0, 2), say(1, 1, 1)]).toEqual(['loss', 'loss']);
    expect([say(2, 0, 2), say(2, 1, 1), say(2, 2, 0.5)]).toEqual([undefined, undefined, 'loss']);
  });

  it('takes a later attempt with other values for a curve of its own, from there on', () => {
    const ledger = createLedger();
    const say = (attempt: number, step: number, value: number) =>
      ledger.metric(train(attempt), 'loss', { step, value });
    say(1, 0, 2);
    say(1, 1, 1);
    expect([say(2, 0, 2), say(2, 1, 1.5), say(2, 2, 0.5), say(2, 1, 1.5)]).toEqual([
      undefined,
      'loss.attempt2',
      'loss.attempt2',
      undefined,
    ]);
    expect(say(3, 0, 7)).toBe('loss.attempt3');
  });

  it('keeps what one attempt itself says of one step, also when it differs', () => {
    const ledger = createLedger();
    expect(ledger.metric(train(), 'loss', { step: 0, value: Number.NaN })).toBe('loss');
    expect(ledger.metric(train(), 'loss', { step: 0, value: Number.NaN })).toBeUndefined();
    expect(ledger.metric(train(), 'loss', { step: 0, value: 3 })).toBe('loss');
  });

  it('never changes a param: the same value is nothing new, a later attempt’s other one has a name of its own', () => {
    const ledger = createLedger();
    const pipeline = { node: '', generation: 'run' };
    expect(ledger.param(pipeline, 'epochs', '3')).toBe('epochs');
    expect(ledger.param(train(), 'epochs', '3')).toBeUndefined();
    expect(ledger.param(train(), 'epochs', '4')).toBe('train/epochs');
    expect(ledger.param(train(), 'epochs', '5')).toBeUndefined();
    expect(ledger.param(train(2), 'epochs', '4')).toBeUndefined();
    expect(ledger.param(train(2), 'epochs', '5')).toBe('train/epochs.attempt2');
  });
});
