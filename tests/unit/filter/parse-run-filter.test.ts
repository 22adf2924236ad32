import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FilterError } from '../../../framework/filter/filter-error.ts';
import { filterProblem, parseRunFilter } from '../../../framework/filter/parse-run-filter.ts';
import { parseRunSort } from '../../../framework/filter/parse-run-sort.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const parsed = (text: string) => parseRunFilter(text, NOW);

const problemOf = (text: string): Pick<FilterError, 'code' | 'at' | 'length' | 'hint'> => {
  try {
    parsed(text);
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`${text} was understood.`);
};

describe('a filter of runs', () => {
  it('is all its words together', () => {
    expect(
      parsed(
        'status:failed,lost -tag:nightly metrics.mAP50>0.5 params.lr0=0.01 since:7d "first try" -base duration>=10m',
      ),
    ).toEqual([
      { kind: 'word', word: 'status', values: ['failed', 'lost'], not: false },
      { kind: 'word', word: 'tag', values: ['nightly'], not: true },
      { kind: 'value', of: 'metric', name: 'mAP50', comparison: '>', value: 0.5, not: false },
      { kind: 'value', of: 'param', name: 'lr0', comparison: '=', value: 0.01, not: false },
      { kind: 'created', comparison: '>=', time: NOW - 7 * 24 * 3600_000, not: false },
      { kind: 'search', text: 'first try', not: false },
      { kind: 'search', text: 'base', not: true },
      { kind: 'duration', comparison: '>=', ms: 600_000, not: false },
    ]);
    expect(parsed('   ')).toEqual([]);
  });

  it.each([
    ['name:"a, b*"', { kind: 'word', word: 'name', values: ['a, b*'] }],
    ['pipeline!=train', { kind: 'word', word: 'pipeline', values: ['train'], not: true }],
    ['!pipeline!=train', { kind: 'word', word: 'pipeline', values: ['train'] }],
    ['param.split.train<=.8', { kind: 'value', of: 'param', name: 'split.train', comparison: '<=', value: 0.8 }],
    ['params.model:yolov8n', { kind: 'value', of: 'param', name: 'model', comparison: '=', value: 'yolov8n' }],
    ['params.size="0.01"', { kind: 'value', of: 'param', name: 'size', comparison: '=', value: '0.01' }],
    ['metrics."my loss"<-1e-3', { kind: 'value', of: 'metric', name: 'my loss', comparison: '<', value: -0.001 }],
    [
      'metrics.metrics/mAP50(B)>=50%',
      { kind: 'value', of: 'metric', name: 'metrics/mAP50(B)', comparison: '>=', value: 0.5 },
    ],
    ['metrics.loss:*', { kind: 'has', of: 'metric', name: 'loss' }],
    ['until:2026-11-20', { kind: 'created', comparison: '<', time: Date.parse('2026-11-20') }],
    ['"status:failed"', { kind: 'search', text: 'status:failed' }],
    ['say:"a \\"b\\""'.replace('say', 'tag'), { kind: 'word', word: 'tag', values: ['a "b"'] }],
    ['-', { kind: 'search', text: '-' }],
  ])('understands %s', (text, expected) => {
    expect(parsed(text)).toEqual([{ not: false, ...expected }]);
  });

  it.each([
    ['status:failed statsu:lost', 14, 6, /status/],
    ['status:faild', 7, 5, /Did you mean failed/],
    ['metrics.mAP50>high', 14, 4, /0\.5/],
    ['params.lr0>"x"', 11, 3, /=/],
    ['params.lr0>abc', 11, 3, /=/],
    ['tag:', 4, 1, /tag:value/],
    ['since:yesterday', 6, 9, /7d/],
    ['since>7d', 5, 1, /since:7d/],
    ['duration>soon', 9, 4, /10m/],
    ['name:"open', 5, 5, /Close it/],
    ['params.=3', 0, 7, /params\.epochs/],
    ['status>failed', 6, 1, /status:value/],
    ['http://host', 0, 4, /quotes/],
  ])('points at what is wrong in %s', (text, at, length, hint) => {
    const problem = problemOf(text);
    expect(problem).toMatchObject({ code: 'ERR_FILTER', at, length });
    expect(problem.hint).toMatch(hint);
    expect(filterProblem(text, NOW)).toMatchObject({ at, length });
  });

  it('takes any text without a fault of its own', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80 }), (text) => {
        try {
          parsed(text);
        } catch (error) {
          expect(error).toBeInstanceOf(FilterError);
        }
      }),
    );
  });

  it('is bounded', () => {
    expect(problemOf('a '.repeat(31)).code).toBe('ERR_FILTER');
    expect(problemOf('a'.repeat(2001)).code).toBe('ERR_FILTER');
  });
});

describe('an order of runs', () => {
  it('is one of four, or by a metric', () => {
    expect(parseRunSort('longest')).toBe('longest');
    expect(parseRunSort('-metrics.metrics/mAP50(B)')).toEqual({ metric: 'metrics/mAP50(B)', direction: 'desc' });
    expect(parseRunSort('metrics.loss')).toEqual({ metric: 'loss', direction: 'asc' });
    expect(() => parseRunSort('newst')).toThrow(expect.objectContaining({ hint: expect.stringContaining('newest') }));
  });
});
