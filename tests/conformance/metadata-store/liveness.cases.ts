import { expect } from 'vitest';
import type { Case } from '../conformance.ts';
import { keyOf, NOON, sampleAttempt, sampleExecutor, sampleRun, sampleStep } from './sample-records.ts';
import type { MetadataStoreSubject } from './subject.ts';

const SILENT = 30_000;
const here = { host: 'here', isAlive: () => true, silentForMs: SILENT };

export const LIVENESS_CASES: readonly Case<MetadataStoreSubject>[] = [
  [
    'leaves the runs of living executors alone',
    async ({ store, clock }) => {
      await store.registerExecutor(sampleExecutor('executor-1', { pid: 77 }));
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      clock.now += SILENT * 10;
      const asked: number[] = [];
      // A busy event loop sends no heartbeat: on this host the process table knows better.
      expect(await store.markLost({ ...here, isAlive: (pid) => asked.push(pid) > 0 })).toEqual([]);
      expect([asked, (await store.findRun('run-aaaa'))?.status]).toEqual([[77], 'running']);
    },
  ],
  [
    'marks run, steps and attempts of a dead process lost, at its last sign of life',
    async ({ store, clock }) => {
      await store.registerExecutor(sampleExecutor('executor-1'));
      const [done, busy, next] = ['done', 'busy', 'next'].map((node) => sampleStep('run-aaaa', node));
      await store.createRun(sampleRun('run-aaaa'), [
        { ...done!, status: 'succeeded' },
        { ...busy!, status: 'running' },
        next!,
      ]);
      await store.startAttempt(sampleAttempt(busy!.id));
      clock.now += 500;
      await store.heartbeat('executor-1');
      clock.now += 500;
      expect(await store.markLost({ ...here, isAlive: () => false })).toEqual(['run-aaaa']);
      expect(await store.findRun('run-aaaa')).toMatchObject({ status: 'lost', endedAt: NOON + 500 });
      const steps = await store.stepRuns('run-aaaa');
      expect(steps.map(({ status }) => status)).toEqual(['succeeded', 'lost', 'lost']);
      expect(steps[2]?.reason).toContain('before this step began');
      expect((await store.attempts(busy!.id))[0]).toMatchObject({ status: 'lost', endedAt: NOON + 500 });
      expect(await store.markLost({ ...here, isAlive: () => false })).toEqual([]);
    },
  ],
  [
    'takes the run of a dead executor for cancelled when that was asked for',
    async ({ store }) => {
      await store.registerExecutor(sampleExecutor('executor-1'));
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      await store.requestCancel('run-aaaa');
      expect(await store.markLost({ ...here, isAlive: () => false })).toEqual(['run-aaaa']);
      expect(await store.findRun('run-aaaa')).toMatchObject({ status: 'cancelled', cancelRequested: true });
      expect((await store.stepRuns('run-aaaa'))[0]?.status).toBe('cancelled');
    },
  ],
  [
    'goes by the heartbeat for executors of other hosts',
    async ({ store, clock }) => {
      await store.registerExecutor(sampleExecutor('executor-1', { host: 'elsewhere' }));
      await store.createRun(sampleRun('run-aaaa'), []);
      clock.now += SILENT;
      expect(await store.markLost({ ...here, isAlive: () => false })).toEqual([]);
      clock.now += 1;
      expect(await store.markLost(here)).toEqual(['run-aaaa']);
    },
  ],
  [
    'marks the unfinished run of an executor that retired or never was',
    async ({ store }) => {
      await store.registerExecutor(sampleExecutor('executor-1'));
      await store.createRun(sampleRun('run-aaaa'), []);
      await store.createRun(sampleRun('run-done', { status: 'succeeded', endedAt: NOON }), []);
      await store.retireExecutor('executor-1');
      expect(await store.markLost(here)).toEqual(['run-aaaa']);
      expect((await store.findRun('run-done'))?.status).toBe('succeeded');
    },
  ],
  [
    'frees the claims of the dead, so that nobody waits for their leases',
    async ({ store }) => {
      await store.registerExecutor(sampleExecutor('executor-1'));
      await store.claim(keyOf('a'), 'executor-1/run-aaaa/load', 3_600_000);
      await store.claim(keyOf('b'), 'executor-10/run-bbbb/load', 3_600_000);
      await store.markLost({ ...here, isAlive: () => false });
      expect('claim' in (await store.claim(keyOf('a'), 'executor-2/x', 1000))).toBe(true);
      expect('heldBy' in (await store.claim(keyOf('b'), 'executor-2/x', 1000))).toBe(true);
    },
  ],
  [
    'tells an executor which of its runs shall be cancelled',
    async ({ store }) => {
      await store.registerExecutor(sampleExecutor('executor-1'));
      await store.createRun(sampleRun('run-mine'), []);
      await store.createRun(sampleRun('run-other', { executor: 'executor-2' }), []);
      await store.createRun(sampleRun('run-done', { status: 'succeeded' }), []);
      expect(await store.heartbeat('executor-1')).toEqual([]);
      for (const id of ['run-mine', 'run-other', 'run-done']) await store.requestCancel(id);
      expect(await store.heartbeat('executor-1')).toEqual([{ id: 'run-mine', how: 'graceful' }]);
      await store.requestCancel('run-mine', 'now');
      await store.requestCancel('run-mine');
      expect(await store.heartbeat('executor-1')).toEqual([{ id: 'run-mine', how: 'now' }]);
      expect((await store.findRun('run-done'))?.cancelRequested).toBe(false);
    },
  ],
];
