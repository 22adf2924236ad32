import { expect } from 'vitest';
import type { MetadataStore } from '../../../framework/components/metadata-store.ts';
import type { Case } from '../conformance.ts';
import { artifactOf, keyOf, NOON, partsOf, sampleCommit, sampleRun, sampleStep } from './sample-records.ts';
import type { MetadataStoreSubject } from './subject.ts';

export const DELETION_CASES: readonly Case<MetadataStoreSubject>[] = [
  [
    'deletes a run with everything that is only its own',
    async ({ store }) => {
      await finishRun(store, 'run-aaaa', { tags: ['t'] });
      await store.invalidate({});
      await store.deleteRun('run-aaaa');
      expect([await store.findRun('run-aaaa'), await store.stepRuns('run-aaaa')]).toEqual([undefined, []]);
      expect((await store.listRuns({ tag: 't' })).items).toEqual([]);
      expect((await store.listArtifacts()).items).toEqual([]);
      expect([await store.attempts('run-aaaa/load'), await store.readLogs('run-aaaa/load')]).toEqual([[], []]);
      expect(await store.tracked('run-aaaa')).toEqual([]);
      await store.deleteRun('run-aaaa');
    },
  ],
  [
    'leaves the cache entries of a deleted run, their parts and their artifacts',
    async ({ store }) => {
      const commit = await finishRun(store, 'run-aaaa');
      await store.deleteRun('run-aaaa');
      expect(await store.lookup(keyOf('load'))).toEqual(commit.entry);
      expect((await store.findArtifact(artifactOf('load').digest)).map(({ stepRunId }) => stepRunId)).toEqual([
        'run-aaaa/load',
      ]);
      await store.invalidate({});
      expect((await store.listArtifacts()).items).toEqual([]);
    },
  ],
  [
    'leaves what another run took from a deleted one',
    async ({ store }) => {
      const { stepRun } = await finishRun(store, 'run-aaaa');
      const cached = { ...stepRun, id: 'run-bbbb/load', runId: 'run-bbbb', status: 'cached' } as const;
      await store.createRun(sampleRun('run-bbbb'), [cached]);
      await store.invalidate({});
      await store.deleteRun('run-aaaa');
      expect(await store.stepRuns('run-bbbb')).toEqual([cached]);
      expect((await store.listArtifacts({ run: 'run-bbbb' })).items.map(({ digest }) => digest)).toEqual([
        artifactOf('load').digest,
      ]);
      await store.deleteRun('run-bbbb');
      expect((await store.listArtifacts()).items).toEqual([]);
    },
  ],
  [
    'forgets the artifacts of an entry that was replaced after its run was deleted',
    async ({ store }) => {
      await finishRun(store, 'run-aaaa');
      await store.deleteRun('run-aaaa');
      await finishRun(store, 'run-bbbb');
      expect((await store.listArtifacts()).items.map(({ runId }) => runId)).toEqual(['run-bbbb']);
    },
  ],
  [
    'lists artifacts by run, step, format and text',
    async ({ store }) => {
      const [weights, report] = [
        artifactOf('w', { format: 'file', name: 'best.onnx' }),
        artifactOf('r', { refs: [artifactOf('deep')] }),
      ];
      for (const [i, run] of ['run-1', 'run-2'].entries()) {
        await store.createRun(sampleRun(run), [sampleStep(run, 'train')]);
        const commit = sampleCommit(run, 'train', { text: run, endedAt: NOON + i });
        const output = { kind: 'fields', fields: { weights, report } } as const;
        await store.commit({ ...commit, stepRun: { ...commit.stepRun, output }, artifacts: [weights, report] });
      }
      const found = async (filter: Parameters<MetadataStore['listArtifacts']>[0]) =>
        (await store.listArtifacts(filter)).items.map(({ runId, field }) => `${runId}.${field}`).join(' ');
      expect(await found({})).toBe('run-2.weights run-2.report run-1.weights run-1.report');
      expect(await found({ run: 'run-1' })).toBe('run-1.weights run-1.report');
      expect(await found({ format: 'file' })).toBe('run-2.weights run-1.weights');
      expect(await found({ search: 'ONNX' })).toBe('run-2.weights run-1.weights');
      expect([await found({ step: 'train', search: 'rep' }), await found({ step: 'other' })]).toEqual([
        'run-2.report run-1.report',
        '',
      ]);
      const page = await store.listArtifacts({ limit: 3 });
      expect((await store.listArtifacts({ limit: 3, after: page.next! })).items).toHaveLength(1);
      const [record] = await store.findArtifact(report.digest.slice(0, 10));
      expect(record).toMatchObject({ ...report, runId: 'run-2', field: 'report' });
      expect(await store.findArtifact('abc')).toEqual([]);
    },
  ],
];

async function finishRun(store: MetadataStore, id: string, more: Parameters<typeof sampleRun>[1] = {}) {
  await store.createRun(sampleRun(id, more), [sampleStep(id, 'load')]);
  const commit = sampleCommit(id, 'load');
  await store.commit(commit);
  await store.appendLogs(`${id}/load`, 1, [{ time: NOON, level: 'info', source: 'log', message: 'hello' }]);
  await store.track(`${id}/load`, [{ kind: 'metric', name: 'loss', value: 1, step: 0, time: NOON }]);
  expect((await store.stepRuns(id))[0]?.parts).toEqual(partsOf('load'));
  return commit;
}
