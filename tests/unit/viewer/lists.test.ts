import { describe, expect, it } from 'vitest';
import type { RunPage, RunSummary } from '../../../framework/server/api/run.ts';
import { wholeTicks } from '../../../framework/viewer/charts/whole-ticks.ts';
import { withNewest } from '../../../framework/viewer/client/with-newest.ts';
import { otherValues } from '../../../framework/viewer/pages/run/other-values.ts';
import { ticksOf } from '../../../framework/viewer/pages/run/ticks.ts';
import {
  formatAge,
  formatBytes,
  formatDuration,
  formatMark,
  formatNumber,
} from '../../../framework/viewer/parts/format.ts';

const run = (id: string, status: RunSummary['status'] = 'succeeded'): RunSummary => ({
  id,
  name: id,
  pipeline: 'p',
  status,
  stack: 'local',
  createdAt: '2026-01-01T00:00:00.000Z',
  startedAt: null,
  endedAt: null,
  durationMs: null,
  tags: [],
  git: null,
  counts: {},
  metrics: {},
  resumedFrom: null,
  cancelRequested: false,
  error: null,
});
const page = (items: readonly RunSummary[], total: number): RunPage => ({
  items,
  next: 'x',
  total,
  moreThanTotal: false,
});

describe('a list of runs that goes on while it is read', () => {
  it('takes new runs in front and new states where the runs are, on every page', () => {
    const before = {
      pages: [page([run('c'), run('b', 'running')], 3), page([run('a', 'running')], 3)],
      pageParams: [],
    };
    const after = withNewest(before, page([run('d', 'running'), run('c'), run('b'), run('a', 'failed')], 4));
    expect(after.pages.map(({ items }) => items.map(({ id, status }) => `${id} ${status}`))).toEqual([
      ['d running', 'c succeeded', 'b succeeded'],
      ['a failed'],
    ]);
    expect(after.pages[0]?.total).toBe(4);
  });
});

describe('figures as people read them', () => {
  it('durations', () => {
    expect([0.2, 12, 1240, 12_400, 187_000, 7_500_000, 273_600_000].map(formatDuration)).toEqual([
      '< 1 ms',
      '12 ms',
      '1.24 s',
      '12.4 s',
      '3m 07s',
      '2h 05m',
      '3d 4h',
    ]);
  });

  it('ages, sizes and numbers', () => {
    const now = Date.parse('2026-01-01T12:00:00Z');
    expect(
      ['11:59:58', '11:59:20', '11:50:00', '09:00:00'].map((time) => formatAge(new Date(`2026-01-01T${time}Z`), now)),
    ).toEqual(['just now', '40 s ago', '10 min ago', '3 h ago']);
    expect([812, 3_565_158, 0].map(formatBytes)).toEqual(['812 B', '3.4 MiB', '0 B']);
    expect([3, 1234567, 0.123456789, 0.00001, 12345678.5].map(formatNumber)).toEqual([
      '3',
      '1,234,567',
      '0.12346',
      '1.00e-5',
      '1.23e+7',
    ]);
  });

  it('marks of a time axis are round, few, and never beyond its end', () => {
    for (const span of [3, 250, 34_363, 600_000, 90_000_000]) {
      const ticks = ticksOf(span, 8);
      expect(ticks[0]).toBe(0);
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(Math.max(...ticks)).toBeLessThanOrEqual(span);
    }
    expect(ticksOf(34_363, 8)).toEqual([0, 5000, 10_000, 15_000, 20_000, 25_000, 30_000]);
    expect(ticksOf(500, 3)).toEqual([0, 200, 400]);
  });

  it("what steps tracked of the run's own parameters is not told twice", () => {
    const value = (kind: 'param' | 'dataset', name: string, value: string) => ({ step: 'train', kind, name, value });
    const kept = [value('param', 'epochs', '5'), value('param', 'device', 'cpu'), value('dataset', 'data', 'usual')];
    const twice = [value('param', 'model', 'n'), value('param', 'lr0', '0.01')];
    const params = { model: 'n', lr0: 0.01, epochs: 4, data: 'usual' };
    expect(otherValues(params, [...twice, ...kept])).toEqual(kept);
  });

  it('marks of a time axis have no figures that say nothing', () => {
    expect([0, 500, 1000, 1500, 40_000, 100_000].map(formatMark)).toEqual([
      '0',
      '500 ms',
      '1 s',
      '1.50 s',
      '40 s',
      '1m 40s',
    ]);
  });

  it('marks of counted things are whole and alike far apart', () => {
    expect(wholeTicks(1, 9)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(wholeTicks(1, 20)).toEqual([1, 5, 10, 15, 20]);
    expect(wholeTicks(0, 12_000)).toEqual([0, 2000, 4000, 6000, 8000, 10_000, 12_000]);
    expect(wholeTicks(5, 5)).toEqual([5]);
    expect(wholeTicks(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)).toEqual([]);
  });
});
