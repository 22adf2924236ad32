import { expect, it } from 'vitest';
import { batchesOf, halvesOf, sizeOf } from '../../../../framework/adapters/trackers/mlflow/batches.ts';
import type { LogLine } from '../../../../framework/adapters/trackers/spool/spool-line.ts';

const points = (count: number): NonNullable<LogLine['metrics']> =>
  Array.from({ length: count }, (_, step) => ['loss', step / 7, 1_700_000_000_000, step]);
const pairs = (count: number, value = 'v'): [string, string][] =>
  Array.from({ length: count }, (_, i) => [`name ${i}`, value]);

it('keeps to what one request of MLflow may hold, and loses nothing', () => {
  const lines: LogLine[] = [
    { op: 'log', at: '', params: pairs(250), metrics: points(1700) },
    { op: 'log', at: '', tags: pairs(130), metrics: points(900) },
  ];
  const batches = batchesOf(lines);
  for (const { params, metrics, tags } of batches) {
    expect(params.length).toBeLessThanOrEqual(100);
    expect(tags.length).toBeLessThanOrEqual(100);
    expect(params.length + metrics.length + tags.length).toBeLessThanOrEqual(1000);
  }
  expect(batches.flatMap(({ params }) => params)).toHaveLength(250);
  expect(batches.flatMap(({ metrics }) => metrics).map(({ step }) => step)).toEqual([
    ...Array(1700).keys(),
    ...Array(900).keys(),
  ]);
});

it('parts batches of long values', () => {
  const batches = batchesOf([{ op: 'log', at: '', params: pairs(100, 'x'.repeat(6000)), metrics: points(1) }]);
  expect(batches.length).toBeGreaterThan(1);
  for (const batch of batches) expect(JSON.stringify(batch).length).toBeLessThan(1_000_000);
  expect(batches.flatMap(({ params }) => params)).toHaveLength(100);
});

it('says of a tag its newest value only', () => {
  const [batch] = batchesOf([
    { op: 'log', at: '', tags: [['a', '1']] },
    { op: 'log', at: '', tags: [['a', '2']] },
  ]);
  expect(batch?.tags).toEqual([{ key: 'a', value: '2' }]);
});

it('halves down to single entries', () => {
  const singles = (batch: Parameters<typeof halvesOf>[0]): number =>
    halvesOf(batch)?.reduce((sum, half) => sum + singles(half), 0) ?? sizeOf(batch);
  const [batch] = batchesOf([{ op: 'log', at: '', params: pairs(3), tags: pairs(2), metrics: points(4) }]);
  expect(singles(batch!)).toBe(9);
});
