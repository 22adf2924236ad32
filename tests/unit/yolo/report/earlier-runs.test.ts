import type { HistoryEntry, HistoryReader } from 'sluice';
import { expect, test } from 'vitest';
import { earlierRuns } from '../../../../steps/yolo/report/earlier-runs.ts';
import { metricsOf } from './evaluation-fixture.ts';

function entry(runName: string, fields: Readonly<Record<string, unknown>>): HistoryEntry {
  return {
    runId: `id of ${runName}`,
    runName,
    endedAt: 0,
    digests: Object.fromEntries(Object.keys(fields).map((field) => [field, 'digest'])),
    load: async (field) => fields[field],
  };
}

const evaluation = (modelDigest: string, mAP50_95: number, evaluationSet = 'set') => ({
  evaluationSet,
  modelDigest,
  metrics: metricsOf(mAP50_95),
});

test('other models on the same set, each once; this model and other sets do not count', async () => {
  const reader: HistoryReader = {
    outputsOf: async (step) => {
      expect(step).toBe('evaluate');
      return [
        entry('first', evaluation('a', 0.3)),
        entry('other set', evaluation('b', 0.9, 'another')),
        entry('this model', evaluation('mine', 0.5)),
        entry('again', evaluation('a', 0.3)),
        entry('of another kind', { rows: 3 }),
        entry('second', evaluation('c', 0.4)),
      ];
    },
  };
  const runs = await earlierRuns(reader, { evaluationSet: 'set', modelDigest: 'mine' });
  expect(runs.map(({ runName, mAP50_95 }) => [runName, mAP50_95])).toEqual([
    ['first', 0.3],
    ['second', 0.4],
  ]);
});
