import { describe, expect, it } from 'vitest';
import { keyDifferences, missReason, nearestKey } from '../../../framework/cache/explain.ts';
import { keyPartOf } from '../../../framework/cache/key-part-of.ts';
import type { KeyPart } from '../../../framework/model/key-part.ts';
import type { StepRunRecord } from '../../../framework/model/run.ts';

const parts = (values: Readonly<Record<string, unknown>>): KeyPart[] =>
  Object.entries(values).map(([part, value]) => keyPartOf(part, value));

const stepRun = (
  id: string,
  values: Readonly<Record<string, unknown>>,
  more: Partial<StepRunRecord> = {},
): StepRunRecord => ({
  id,
  runId: id,
  node: 'train',
  step: 'train',
  status: 'succeeded',
  key: null,
  parts: parts(values),
  origin: id,
  reason: null,
  output: null,
  attempts: 1,
  startedAt: Number(id),
  endedAt: Number(id),
  error: null,
  ...more,
});

describe('keyDifferences', () => {
  it('says what changed, came and went', () => {
    expect(keyDifferences(parts({ a: 1, b: 'x', c: 0 }), parts({ a: 2, b: 'x', d: [1] }))).toEqual([
      { part: 'a', before: '1', after: '2' },
      { part: 'd', before: null, after: '[1]' },
      { part: 'c', before: '0', after: null },
    ]);
  });

  it('shows digests where the values look the same', () => {
    const [difference] = keyDifferences(
      [keyPartOf('a', 1, { display: 'file x' })],
      [keyPartOf('a', 2, { display: 'file x' })],
    );
    expect(difference?.before).toMatch(/^file x \([0-9a-f]{12}\)$/);
    expect(difference?.before).not.toBe(difference?.after);
  });

  it('leaves out the digest over all code where a symbol is named', () => {
    const before = parts({ code: 1, 'code a.ts#f': 1 });
    expect(keyDifferences(before, parts({ code: 2, 'code a.ts#f': 2 })).map(({ part }) => part)).toEqual([
      'code a.ts#f',
    ]);
    expect(keyDifferences(before, parts({ code: 2, 'code a.ts#f': 1 })).map(({ part }) => part)).toEqual(['code']);
  });
});

describe('nearestKey', () => {
  it('is the one that shares most parts, the newest of equals', () => {
    const runs = [
      stepRun('9', { a: 1, b: 0, c: 0 }),
      stepRun('8', { a: 1, b: 2, c: 0 }),
      stepRun('7', { a: 1, b: 2, c: 5 }),
    ];
    expect(nearestKey(parts({ a: 1, b: 2, c: 3 }), runs)?.id).toBe('8');
    expect(nearestKey(parts({ a: 1 }), [])).toBeUndefined();
  });
});

describe('missReason', () => {
  it('is one sentence', () => {
    const changed = { part: 'argument lr', before: '0.1', after: '0.2' };
    expect(missReason([changed])).toBe('argument lr changed from 0.1 to 0.2.');
    expect(missReason([changed, { part: 'b', before: null, after: '1' }])).toBe(
      'argument lr changed from 0.1 to 0.2, and 1 more.',
    );
    expect(missReason([{ part: 'b', before: '1', after: null }])).toBe('b is gone (was 1).');
    expect(missReason([])).toBe('The same call has run before, but no result of it is kept.');
    expect(missReason([changed], undefined, true)).toBe('It never ran in this pipeline.');
  });
});
