import { expect } from 'vitest';
import type { CodeState, HookFailure, TimeSegment, Usage } from '../../../framework/model/recording.ts';
import type { Case } from '../conformance.ts';
import { keyOf, NOON, partsOf, sampleAttempt, sampleCommit, sampleRun, sampleStep } from './sample-records.ts';
import type { MetadataStoreSubject } from './subject.ts';

const SEGMENTS: readonly TimeSegment[] = [
  { kind: 'wait', startedAt: NOON, durationMs: 0.25 },
  { kind: 'claim', startedAt: NOON + 0.25, durationMs: 0.1 },
  { kind: 'load', startedAt: NOON + 1, durationMs: 2.125 },
  { kind: 'run', startedAt: NOON + 3.125, durationMs: 3_600_000.5 },
  { kind: 'save', startedAt: NOON + 3_600_003.625, durationMs: 0 },
];
const USAGE: Usage = { cpuMs: 12.5, peakMemoryBytes: 6 * 2 ** 30, isShared: true };
const FAILURE: HookFailure = { hook: 'onFailure', at: NOON, error: { code: 'ERR_HOOK', message: 'no', hint: 'yes' } };
const GIT = { commit: 'a'.repeat(40), branch: 'main', dirty: true } as const;
const CODE: CodeState = { diff: '--- a\n+++ ü\n', isDiffCut: true, packages: { zod: '4.1.0', '@a/b': '1.0.0' } };

export const RECORDING_CASES: readonly Case<MetadataStoreSubject>[] = [
  [
    'keeps where the time and the machine went, of a step run and of its attempt',
    async ({ store }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      const measured = { segments: SEGMENTS, usage: USAGE };
      const commit = sampleCommit('run-aaaa', 'load');
      const stepRun = { ...commit.stepRun, ...measured };
      const attempt = { ...commit.attempt, segments: SEGMENTS.slice(2), usage: USAGE };
      expect(await store.commit({ ...commit, stepRun, attempt })).toBe(true);
      expect(await store.stepRuns('run-aaaa')).toEqual([stepRun]);
      expect(await store.attempts('run-aaaa/load')).toEqual([attempt]);
      await store.updateStepRun('run-aaaa/load', { segments: [], usage: null, hookFailures: [FAILURE] });
      const [changed] = await store.stepRuns('run-aaaa');
      expect(changed).toEqual({ ...stepRun, segments: null, usage: null, hookFailures: [FAILURE] });
    },
  ],
  [
    'tells a first attempt without a record by its step run, while it runs and when it has ended',
    async ({ store }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      const key = keyOf('load');
      const attempt = sampleAttempt('run-aaaa/load');
      const change = { status: 'running', key, parts: partsOf('load'), attempts: 1, startedAt: NOON } as const;
      const begun = await store.beginStep({ key, owner: 'me', leaseMs: 1000, attempt, change });
      if (!('claim' in begun)) throw new Error('the key was free');
      expect(await store.attempts('run-aaaa/load')).toEqual([attempt]);
      const { attempt: ended, ...commit } = sampleCommit('run-aaaa', 'load', begun);
      const stepRun = { ...commit.stepRun, startedAt: NOON, attempts: 1, segments: SEGMENTS, usage: USAGE };
      expect(await store.commit({ ...commit, stepRun })).toBe(true);
      const whole = { ...ended, startedAt: NOON, segments: SEGMENTS.slice(2), usage: USAGE };
      expect(await store.attempts('run-aaaa/load')).toEqual([whole]);
      const copy = await store.readRunRecord('run-aaaa');
      expect(copy?.attempts).toEqual([whole]);
    },
  ],
  [
    'keeps what an attempt used that failed',
    async ({ store }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      const attempt = sampleAttempt('run-aaaa/load');
      await store.startAttempt(attempt);
      const failed = { ...attempt, status: 'failed', endedAt: NOON + 9, segments: SEGMENTS, usage: USAGE } as const;
      await store.endAttempt(failed);
      expect(await store.attempts('run-aaaa/load')).toEqual([failed]);
    },
  ],
  [
    'keeps surroundings, notes and failures of hooks of a run, and changes notes and tags afterwards',
    async ({ store }) => {
      const environment = {
        node: '24.0.0',
        platform: 'linux',
        arch: 'x64',
        cpus: 8,
        memoryBytes: 64 * 2 ** 30,
        sluice: '1.2.3',
        host: 'here',
      };
      const run = sampleRun('run-aaaa', { environment, git: { ...GIT, dirty: null }, notes: 'first', tags: ['a'] });
      await store.createRun(run, []);
      expect(await store.findRun(run.id)).toEqual(run);
      await store.updateRun(run.id, { notes: 'second\nline', tags: ['b'], hookFailures: [FAILURE] });
      const changed = { ...run, notes: 'second\nline', tags: ['b'], hookFailures: [FAILURE] };
      expect((await store.listRuns({ tag: 'b' })).items).toEqual([changed]);
      await store.updateRun(run.id, { notes: null });
      expect((await store.findRun(run.id))?.notes).toBeNull();
    },
  ],
  [
    'keeps the code of runs, equal texts once, until the last run that has them is deleted',
    async ({ store, connect }) => {
      for (const id of ['run-aaaa', 'run-bbbb', 'run-cccc']) await store.createRun(sampleRun(id), []);
      await store.keepCodeState('run-aaaa', { ...CODE, git: GIT });
      await store.keepCodeState('run-bbbb', { ...CODE, diff: null, isDiffCut: false, git: null });
      await store.keepCodeState('run-bbbb', { ...CODE, git: GIT });
      expect(await (await connect()).codeState('run-aaaa')).toEqual(CODE);
      expect((await store.findRun('run-aaaa'))?.git).toEqual(GIT);
      expect([await store.codeState('run-cccc'), await store.codeState('nobody')]).toEqual([undefined, undefined]);
      await store.deleteRun('run-aaaa');
      expect(await store.codeState('run-aaaa')).toBeUndefined();
      expect(await store.codeState('run-bbbb')).toEqual(CODE);
      await store.keepCodeState('run-cccc', { ...CODE, diff: null, isDiffCut: false, git: GIT });
      await store.deleteRun('run-bbbb');
      expect(await store.codeState('run-cccc')).toEqual({ ...CODE, diff: null, isDiffCut: false });
      await store.keepCodeState('run-aaaa', { ...CODE, git: GIT });
      expect(await store.codeState('run-aaaa')).toBeUndefined();
    },
  ],
  [
    'hands the code of a run on to another store',
    async ({ store, connect }) => {
      await store.createRun(sampleRun('run-aaaa', { status: 'succeeded', endedAt: NOON + 5 }), []);
      await store.keepCodeState('run-aaaa', { ...CODE, git: GIT });
      const copy = await store.readRunRecord('run-aaaa');
      expect(copy).toMatchObject({ codeState: CODE, run: { git: GIT } });
      await store.deleteRun('run-aaaa');
      const other = await connect();
      expect(await other.writeRunRecord(copy!)).toBe('written');
      expect(await other.readRunRecord('run-aaaa')).toEqual(copy);
    },
  ],
];
