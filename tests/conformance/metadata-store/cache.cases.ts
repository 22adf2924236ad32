import { expect } from 'vitest';
import type { MetadataStore } from '../../../framework/components/metadata-store.ts';
import type { Case } from '../conformance.ts';
import { claimed, LEASE } from './claimed.ts';
import {
  artifactOf,
  keyOf,
  NOON,
  partsOf,
  sampleAttempt,
  sampleCommit,
  sampleRun,
  sampleStep,
} from './sample-records.ts';
import type { MetadataStoreSubject } from './subject.ts';

export const CACHE_CASES: readonly Case<MetadataStoreSubject>[] = [
  [
    'gives a key to one owner at a time',
    async ({ store, connect, clock }) => {
      const other = await connect();
      const mine = await claimed(store, 'a', 'me');
      expect(mine).toEqual({ key: keyOf('a'), owner: 'me', fence: mine.fence, expiresAt: NOON + LEASE });
      expect(await other.claim(keyOf('a'), 'you', LEASE)).toEqual({ heldBy: mine });
      // Not even to the same owner twice: two equal steps of one run wait for each other.
      expect(await store.claim(keyOf('a'), 'me', LEASE)).toEqual({ heldBy: mine });
      expect((await claimed(other, 'b', 'you')).owner).toBe('you');
      clock.now += LEASE - 1;
      expect(await other.claim(keyOf('a'), 'you', LEASE)).toEqual({ heldBy: mine });
    },
  ],
  [
    'lets exactly one of many connections win',
    async ({ connect }) => {
      const stores = await Promise.all(Array.from({ length: 8 }, connect));
      const answers = await Promise.all(stores.map((store, i) => store.claim(keyOf('a'), `owner-${i}`, LEASE)));
      expect(answers.filter((answer) => 'claim' in answer)).toHaveLength(1);
    },
  ],
  [
    'hands a claim over when its lease has run out, with another fence',
    async ({ store, clock }) => {
      const old = await claimed(store, 'a', 'dead');
      clock.now += LEASE;
      const fresh = await claimed(store, 'a', 'heir');
      expect(fresh.fence).not.toBe(old.fence);
      expect(await store.renewClaim(old, LEASE)).toBe(false);
      await store.releaseClaim(old);
      expect(await store.claim(keyOf('a'), 'third', LEASE)).toEqual({ heldBy: fresh });
    },
  ],
  [
    'keeps a renewed claim, and frees a released one at once',
    async ({ store, clock }) => {
      const mine = await claimed(store, 'a', 'me');
      clock.now += LEASE - 1;
      expect(await store.renewClaim(mine, LEASE)).toBe(true);
      clock.now += LEASE - 1;
      expect('heldBy' in (await store.claim(keyOf('a'), 'you', LEASE))).toBe(true);
      await store.releaseClaim(mine);
      // A renewal under way must not bring it back.
      expect(await store.renewClaim(mine, LEASE)).toBe(false);
      expect((await claimed(store, 'a', 'me')).fence).not.toBe(mine.fence);
    },
  ],
  [
    'begins a step with its claim, or says who has it or that its result is there, and writes nothing then',
    async ({ store, connect }) => {
      const other = await connect();
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'a'), sampleStep('run-aaaa', 'b')]);
      const [mine, late] = ['a', 'b'].map((node) => ({
        key: keyOf('a'),
        owner: `me/${node}`,
        leaseMs: LEASE,
        attempt: sampleAttempt(`run-aaaa/${node}`),
        change: { status: 'running', key: keyOf('a'), parts: partsOf('a'), attempts: 1, startedAt: NOON } as const,
      }));
      const begun = await store.beginStep(mine!);
      if (!('claim' in begun)) throw new Error('the key was free');
      expect(begun.claim).toMatchObject({ key: keyOf('a'), owner: 'me/a', expiresAt: NOON + LEASE });
      expect(await other.beginStep(late!)).toEqual({ heldBy: begun.claim });
      const commit = sampleCommit('run-aaaa', 'a', { claim: begun.claim });
      expect(await store.commit(commit)).toBe(true);
      expect(await other.beginStep(late!)).toEqual({ stored: commit.entry });
      const [a, b] = await other.stepRuns('run-aaaa');
      expect([a?.status, a?.parts, b?.status]).toEqual(['succeeded', partsOf('a'), 'pending']);
      expect(await other.attempts('run-aaaa/b')).toEqual([]);
      // Who knows that result, and can't use it, computes another one.
      expect('claim' in (await other.beginStep({ ...late!, passed: 'run-aaaa/a' }))).toBe(true);
      expect(await store.attempts('run-aaaa/b')).toMatchObject([{ status: 'running' }]);
      expect((await store.stepRuns('run-aaaa'))[1]).toMatchObject({ status: 'running', key: keyOf('a'), attempts: 1 });
    },
  ],
  [
    'commits a result whole: step, attempt, entry, artifacts, claim',
    async ({ store, connect }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      const commit = sampleCommit('run-aaaa', 'load', { claim: await claimed(store, 'load', 'me') });
      expect(await store.commit(commit)).toBe(true);
      const other = await connect();
      expect(await other.stepRuns('run-aaaa')).toEqual([commit.stepRun]);
      expect(await other.attempts('run-aaaa/load')).toEqual([commit.attempt]);
      expect(await other.lookup(keyOf('load'))).toEqual(commit.entry);
      expect((await other.listArtifacts()).items).toEqual([
        {
          ...artifactOf('load'),
          stepRunId: 'run-aaaa/load',
          runId: 'run-aaaa',
          step: 'load',
          field: 'value',
          createdAt: commit.stepRun.endedAt,
        },
      ]);
      expect('claim' in (await other.claim(keyOf('load'), 'you', LEASE))).toBe(true);
    },
  ],
  [
    'refuses the commit of an owner that was taken over, and writes nothing',
    async ({ store, clock }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      const old = await claimed(store, 'load', 'slow');
      clock.now += LEASE;
      const fresh = await claimed(store, 'load', 'heir');
      expect(await store.commit(sampleCommit('run-aaaa', 'load', { claim: old }))).toBe(false);
      expect(await store.stepRuns('run-aaaa')).toEqual([sampleStep('run-aaaa', 'load')]);
      expect([await store.lookup(keyOf('load')), await store.attempts('run-aaaa/load')]).toEqual([undefined, []]);
      expect((await store.listArtifacts()).items).toEqual([]);
      expect(await store.commit(sampleCommit('run-aaaa', 'load', { claim: fresh }))).toBe(true);
      // Also when the key is free again, and when the same owner has it again.
      expect(await store.commit(sampleCommit('run-aaaa', 'load', { claim: old }))).toBe(false);
      const again = await claimed(store, 'load', 'slow');
      expect(await store.commit(sampleCommit('run-aaaa', 'load', { claim: old }))).toBe(false);
      await store.releaseClaim(old);
      expect(await store.claim(keyOf('load'), 'other', LEASE)).toEqual({ heldBy: again });
    },
  ],
  [
    'tells the same owner’s older claim from its newer one',
    async ({ store, clock }) => {
      const old = await claimed(store, 'load', 'me');
      clock.now += LEASE;
      const fresh = await claimed(store, 'load', 'me');
      expect([await store.renewClaim(old, LEASE), await store.renewClaim(fresh, LEASE)]).toEqual([false, true]);
      expect(await store.commit(sampleCommit('run-aaaa', 'load', { claim: old }))).toBe(false);
      expect(await store.lookup(keyOf('load'))).toBeUndefined();
    },
  ],
  [
    'commits a late owner whose lease ran out but whom nobody took over',
    async ({ store, clock }) => {
      const mine = await claimed(store, 'load', 'slow');
      clock.now += LEASE * 5;
      expect(await store.commit(sampleCommit('run-aaaa', 'load', { claim: mine }))).toBe(true);
      expect((await store.lookup(keyOf('load')))?.origin).toBe('run-aaaa/load');
    },
  ],
  [
    'keeps a result that must not be used again out of the cache',
    async ({ store }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      const { entry: _, ...commit } = sampleCommit('run-aaaa', 'load');
      expect(await store.commit(commit)).toBe(true);
      expect(await store.lookup(keyOf('load'))).toBeUndefined();
      expect((await store.stepRuns('run-aaaa'))[0]?.status).toBe('succeeded');
    },
  ],
  [
    'finds an entry until it expires, and replaces it',
    async ({ store, clock }) => {
      const commit = sampleCommit('run-aaaa', 'load');
      await store.commit({ ...commit, entry: { ...commit.entry, expiresAt: NOON + 50 } });
      clock.now = NOON + 49;
      expect(await store.lookup(keyOf('load'))).toBeDefined();
      clock.now = NOON + 50;
      expect(await store.lookup(keyOf('load'))).toBeUndefined();
      const later = sampleCommit('run-bbbb', 'load');
      await store.commit(later);
      expect(await store.lookup(keyOf('load'))).toEqual(later.entry);
    },
  ],
  [
    'lists and invalidates entries by step, run, key and age',
    async ({ store }) => {
      for (const [i, [run, node]] of [
        ['run-1', 'a'],
        ['run-1', 'b'],
        ['run-2', 'a'],
        ['run-3', 'c'],
      ].entries()) {
        await store.commit(sampleCommit(run!, node!, { text: `${run} ${node}`, endedAt: NOON + i }));
      }
      const origins = async (filter: Parameters<MetadataStore['listCache']>[0]) =>
        (await store.listCache(filter)).items.map(({ origin }) => origin).join(' ');
      expect(await origins({})).toBe('run-3/c run-2/a run-1/b run-1/a');
      expect(await origins({ step: 'a' })).toBe('run-2/a run-1/a');
      expect(await origins({ run: 'run-1' })).toBe('run-1/b run-1/a');
      expect(await origins({ key: keyOf('run-2 a').slice(0, 8) })).toBe('run-2/a');
      expect(await origins({ olderThan: NOON + 2 })).toBe('run-1/b run-1/a');
      const first = await store.listCache({ limit: 3 });
      expect((await store.listCache({ limit: 3, after: first.next! })).items.map(({ origin }) => origin)).toEqual([
        'run-1/a',
      ]);
      expect(await store.invalidate({ step: 'a', run: 'run-1' })).toBe(1);
      expect(await store.lookup(keyOf('run-1 a'))).toBeUndefined();
      expect(await origins({})).toBe('run-3/c run-2/a run-1/b');
      expect([await store.invalidate({ step: 'nobody' }), await store.invalidate({})]).toEqual([0, 3]);
    },
  ],
];
