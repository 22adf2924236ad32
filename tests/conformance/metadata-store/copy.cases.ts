import { expect } from 'vitest';
import type { MetadataStore, RunCopy } from '../../../framework/components/metadata-store.ts';
import type { Case } from '../conformance.ts';
import { artifactOf, keyOf, NOON, sampleAttempt, sampleCommit, sampleRun, sampleStep } from './sample-records.ts';
import type { MetadataStoreSubject } from './subject.ts';

export const COPY_CASES: readonly Case<MetadataStoreSubject>[] = [
  [
    'puts a copy of a run where it is missing, whole, and a second time changes nothing',
    async ({ store }) => {
      const copy = await recordRun(store);
      expect(copy.attempts).toHaveLength(2);
      expect(copy.logs).toMatchObject([
        { stepRunId: 'run-aaaa/load', lines: [{ message: 'one' }, { message: 'two' }] },
      ]);
      await store.deleteRun('run-aaaa');
      await store.invalidate({});
      expect(await store.readRunRecord('run-aaaa')).toBeUndefined();
      expect(await store.writeRunRecord(copy)).toBe('written');
      expect(sorted(await store.readRunRecord('run-aaaa'))).toEqual(sorted(copy));
      expect((await store.listRuns({ tag: 't' })).items).toEqual([copy.run]);
      expect(await store.writeRunRecord(copy)).toBe('present');
      expect(sorted(await store.readRunRecord('run-aaaa'))).toEqual(sorted(copy));
    },
  ],
  [
    'takes along what cached steps point at, and puts back only what is missing',
    async ({ store }) => {
      await recordRun(store);
      const cached = { status: 'cached', origin: 'run-aaaa/load', key: keyOf('load'), endedAt: NOON } as const;
      const run = sampleRun('run-bbbb', { status: 'succeeded', endedAt: NOON });
      await store.createRun(run, [sampleStep('run-bbbb', 'load', cached)]);
      const copy = (await store.readRunRecord('run-bbbb'))!;
      expect(copy.entries.map(({ origin }) => origin)).toEqual(['run-aaaa/load']);
      await store.deleteRun('run-aaaa');
      await store.invalidate({});
      await store.deleteRun('run-bbbb');
      expect((await store.listArtifacts()).items).toEqual([]);
      await store.writeRunRecord(copy);
      expect((await store.lookup(keyOf('load')))?.origin).toBe('run-aaaa/load');
      expect((await store.findArtifact(artifactOf('load').digest)).map(({ stepRunId }) => stepRunId)).toEqual([
        'run-aaaa/load',
      ]);
      // The entry alone was invalidated: the run is there, and the entry comes back; a newer one stays.
      await store.invalidate({});
      expect(await store.writeRunRecord(copy)).toBe('present');
      expect((await store.lookup(keyOf('load')))?.origin).toBe('run-aaaa/load');
      const newer = sampleCommit('run-cccc', 'load');
      await store.commit(newer);
      await store.writeRunRecord(copy);
      expect(await store.lookup(keyOf('load'))).toEqual(newer.entry);
    },
  ],
  [
    'refuses the copy of a run that has not ended',
    async ({ store }) => {
      await store.createRun(sampleRun('run-aaaa'), []);
      const copy = (await store.readRunRecord('run-aaaa'))!;
      await expect(store.writeRunRecord(copy)).rejects.toEqual(expect.objectContaining({ code: 'ERR_INPUT' }));
    },
  ],
];

/** A run with everything that a run can have. */
async function recordRun(store: MetadataStore): Promise<RunCopy> {
  const run = sampleRun('run-aaaa', { status: 'succeeded', endedAt: NOON + 9, tags: ['t'] });
  await store.createRun(run, [sampleStep(run.id, 'load'), sampleStep(run.id, 'idle', { status: 'skipped' })]);
  await store.startAttempt(sampleAttempt('run-aaaa/load', { status: 'failed', error: { code: 'E', message: 'm' } }));
  const commit = sampleCommit(run.id, 'load');
  await store.commit({ ...commit, attempt: { ...commit.attempt, attempt: 2 } });
  const line = { time: NOON, level: 'info', source: 'log' } as const;
  await store.appendLogs('run-aaaa/load', 1, [{ ...line, message: 'one', fields: { epoch: 1 } }]);
  await store.appendLogs('run-aaaa/load', 2, [{ ...line, message: 'two' }]);
  await store.track('run-aaaa/load', [
    { kind: 'param', name: 'lr', value: '0.1' },
    { kind: 'metric', name: 'loss', value: 1, step: 0, time: NOON },
    { kind: 'metric', name: 'loss', value: 0.5, step: 1, time: NOON },
    { kind: 'artifact', name: 'plot', artifact: artifactOf('plot') },
  ]);
  const copy = await store.readRunRecord(run.id);
  if (!copy) throw new Error('the run is not there');
  return copy;
}

const sorted = (copy: RunCopy | undefined): unknown =>
  copy && { ...copy, artifacts: copy.artifacts.toSorted((a, b) => (a.field < b.field ? -1 : 1)) };
