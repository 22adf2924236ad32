import { describe, expect, it } from 'vitest';
import { Downsampler } from '../../../framework/server/views/downsampler.ts';

const sampled = (values: readonly number[], most = 2000) => {
  const sampler = new Downsampler(most);
  for (const [i, y] of values.entries()) sampler.add({ x: i, y, time: i, seq: i });
  return { sampler, points: sampler.points() };
};

describe('a long curve', () => {
  it('is left as it is when it is short', () => {
    const values = Array.from({ length: 600 }, (_, i) => Math.sin(i));
    expect(sampled(values).points.map(({ y }) => y)).toEqual(values);
    expect(sampled([]).points).toEqual([]);
  });

  it.each([2001, 5000, 100_003])('of %i points keeps its ends and every spike in at most 2,000', (length) => {
    const values = Array.from({ length }, (_, i) => Math.sin(i / 500));
    const spikes = [17, Math.floor(length / 2), length - 5];
    for (const at of spikes) values[at] = 100 + at;
    values[1000] = -50;
    const { sampler, points } = sampled(values);
    expect(points.length).toBeLessThanOrEqual(2000);
    expect(points.length).toBeGreaterThan(300);
    const kept = new Set(points.map(({ x }) => x));
    for (const at of [0, 1000, length - 1, ...spikes]) expect(kept.has(at), String(at)).toBe(true);
    expect(points.map(({ x }) => x)).toEqual([...kept].sort((a, b) => a - b));
    expect([sampler.count, sampler.min, sampler.max]).toEqual([length, -50, 100 + length - 5]);
  });

  it('keeps a gap where there is no number, and the least and greatest beside it', () => {
    const values = Array.from({ length: 50_000 }, (_, i) => (i > 20_000 && i < 20_010 ? Number.NaN : i % 100));
    values[20_011] = -1;
    const { sampler, points } = sampled(values);
    expect(points.some(({ y }) => Number.isNaN(y))).toBe(true);
    expect(points.some(({ y }) => y === -1)).toBe(true);
    expect([sampler.min, sampler.max]).toEqual([-1, 99]);
  });
});
