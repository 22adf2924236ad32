import { expect } from 'vitest';
import type { CollectionRecord } from '../../../framework/components/collection-record.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import type { Case } from '../conformance.ts';
import { claimed } from './claimed.ts';
import {
  artifactOf,
  keyOf,
  NOON,
  partsOf,
  sampleCommit,
  sampleExecutor,
  sampleRun,
  sampleStep,
} from './sample-records.ts';
import type { MetadataStoreSubject } from './subject.ts';

const HOUR = 3_600_000;

/** `text by`, sorted, each once. */
async function kept(store: CollectionRecord, names: readonly string[], releasedSince: number): Promise<string[]> {
  const texts = new Map(names.map((text) => [sha256(text), text]));
  const all = await store.keptArtifacts({ releasedSince });
  return [...new Set(all.map(({ artifact, by }) => `${texts.get(artifact.digest)} ${by}`))].sort();
}

export const COLLECTION_CASES: readonly Case<MetadataStoreSubject>[] = [
  [
    'says what keeps artifacts: runs, trackers, entries, pins',
    async ({ store }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      await store.commit(sampleCommit('run-aaaa', 'load'));
      await store.track('run-aaaa/load', [{ kind: 'artifact', name: 'plot', artifact: artifactOf('plot') }]);
      await store.pin(artifactOf('own', { refs: [artifactOf('deep')] }), 'because');
      expect(await kept(store, ['load', 'plot', 'own'], 0)).toEqual([
        'load cache',
        'load run',
        'own pin',
        'plot cache',
        'plot run',
      ]);
      const pin = (await store.keptArtifacts({ releasedSince: 0 })).find(({ by }) => by === 'pin');
      expect(pin?.artifact).toEqual(artifactOf('own', { refs: [artifactOf('deep')] }));
      await store.deleteRun('run-aaaa');
      expect(await kept(store, ['load', 'plot', 'own'], 0)).toEqual(['load cache', 'own pin', 'plot cache']);
    },
  ],
  [
    'remembers for a while what deleted runs, entries and pins kept',
    async ({ store, clock }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      await store.commit(sampleCommit('run-aaaa', 'load'));
      await store.pin(artifactOf('own'), null);
      await store.invalidate({});
      clock.now += HOUR;
      await store.deleteRun('run-aaaa');
      expect(await store.unpin(artifactOf('own').digest)).toBe(true);
      expect(await store.unpin(artifactOf('own').digest)).toBe(false);
      expect(await kept(store, ['load', 'own'], clock.now)).toEqual(['load released', 'own released']);
      expect(await kept(store, ['load', 'own'], clock.now + 1)).toEqual([]);
      const before = clock.now + 1;
      expect(await store.forgetSpent({ before, dryRun: true })).toEqual({ expired: 0, released: 2 });
      expect(await store.forgetSpent({ before, dryRun: false })).toEqual({ expired: 0, released: 2 });
      expect(await kept(store, ['load', 'own'], 0)).toEqual([]);
    },
  ],
  [
    'lets go of results that have expired, and of no claim that somebody holds',
    async ({ store, clock }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      const claim = await claimed(store, 'load', 'executor-1/run-aaaa/load here 1', HOUR);
      const commit = sampleCommit('run-aaaa', 'load', { claim });
      await store.commit({ ...commit, entry: { ...commit.entry, expiresAt: clock.now + HOUR } });
      await store.deleteRun('run-aaaa');
      await store.claim(keyOf('other'), 'executor-1/run-aaaa/other here 1', HOUR);
      const after = clock.now + HOUR + 1;
      expect(await kept(store, ['load'], clock.now)).toEqual(['load cache']);
      expect(await kept(store, ['load'], after)).toEqual([]);
      const spent = { expired: 1, released: 0 };
      expect(await store.forgetSpent({ before: after, dryRun: false })).toEqual(spent);
      expect([await store.lookup(keyOf('load')), (await store.listArtifacts()).items]).toEqual([undefined, []]);
      // The claim that somebody holds is still his.
      expect(await store.claim(keyOf('other'), 'executor-2/run-b/other here 2', HOUR)).toHaveProperty('heldBy');
      expect(await store.claim(keyOf('load'), 'executor-2/run-b/load here 2', HOUR)).toHaveProperty('claim');
    },
  ],
  [
    'keeps the parts of keys that a step run or an entry points to, and what they have in common',
    async ({ store }) => {
      const step = (run: string, text: string) => sampleStep(run, 'load', { parts: partsOf(text), key: keyOf(text) });
      const sweep = () => store.forgetSpent({ before: NOON, dryRun: false });
      await store.createRun(sampleRun('run-aaaa'), [step('run-aaaa', 'a')]);
      await store.createRun(sampleRun('run-bbbb'), [step('run-bbbb', 'b')]);
      await store.createRun(sampleRun('run-dddd'), [sampleStep('run-dddd', 'kept')]);
      await store.commit(sampleCommit('run-dddd', 'kept'));
      for (const run of ['run-aaaa', 'run-dddd']) await store.deleteRun(run);
      await sweep();
      expect((await store.lookup(keyOf('kept')))?.parts).toEqual(partsOf('kept'));
      await store.invalidate({});
      await sweep();
      expect((await store.stepRuns('run-bbbb'))[0]?.parts).toEqual(partsOf('b'));
      await store.deleteRun('run-bbbb');
      await sweep();
      await sweep();
      // Nothing is left of it, and whoever has stored it before has to store it again.
      await store.createRun(sampleRun('run-cccc'), [step('run-cccc', 'b')]);
      expect((await store.stepRuns('run-cccc'))[0]?.parts).toEqual(partsOf('b'));
    },
  ],
  [
    'refuses a commit that does not know of the collection under way, until it has spared what it needs',
    async ({ store, connect }) => {
      const collector = await connect();
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      const claim = await claimed(store, 'load', 'executor-1/run-aaaa/load here 1', HOUR);
      const commit = sampleCommit('run-aaaa', 'load', { claim });
      const since = await store.collectionNumber();
      const [mine, other, busy] = ['load', 'other', 'busy'].map(sha256) as [never, never, never];
      const collection = await collector.beginCollection([mine, other, busy]);
      expect([since % 2, collection % 2, await store.collectionNumber()]).toEqual([0, 1, collection]);
      expect(await store.commit({ ...commit, collection: since })).toBe('collection');
      expect((await store.stepRuns('run-aaaa'))[0]?.status).toBe('pending');
      expect(await collector.startRemoving(collection, [busy])).toEqual([busy]);
      expect(await store.spare([mine, busy])).toEqual([busy]);
      await collector.endRemoving(collection, [busy]);
      expect(await store.spare([busy])).toEqual([]);
      expect(await collector.startRemoving(collection, [mine, other])).toEqual([other]);
      expect(await store.commit({ ...commit, collection })).toBe(true);
      await collector.endCollection(collection);
      expect(await store.collectionNumber()).toBe(collection + 1);
      const next = sampleCommit('run-aaaa', 'load', { text: 'again', endedAt: NOON });
      expect(await store.commit({ ...next, collection })).toBe('collection');
      expect(await store.commit({ ...next, collection: collection + 1 })).toBe(true);
    },
  ],
  [
    'takes over from a collection that died, which then removes nothing more',
    async ({ store, connect }) => {
      const dead = await connect();
      const [a, b] = ['a', 'b'].map(sha256) as [never, never];
      const first = await dead.beginCollection([a, b]);
      await dead.startRemoving(first, [a]);
      const second = await store.beginCollection([b]);
      expect([second % 2, second > first]).toEqual([1, true]);
      expect(await dead.startRemoving(first, [b])).toEqual([]);
      await dead.endCollection(first);
      expect(await store.collectionNumber()).toBe(second);
      expect(await store.startRemoving(second, [b])).toEqual([b]);
    },
  ],
  [
    'knows the keys whose step runs may still be continued, and the executors',
    async ({ store }) => {
      await store.createRun(sampleRun('run-aaaa'), [
        sampleStep('run-aaaa', 'a', { key: keyOf('a'), status: 'failed' }),
        sampleStep('run-aaaa', 'b', { key: keyOf('b'), status: 'succeeded' }),
        sampleStep('run-aaaa', 'c', { key: keyOf('c'), status: 'lost' }),
      ]);
      const keys = ['a', 'b', 'c', 'd'].map(keyOf);
      expect([...(await store.continuable(keys))].sort()).toEqual([keyOf('a'), keyOf('c')].sort());
      const executor = sampleExecutor('executor-1');
      await store.registerExecutor(executor);
      expect(await store.executors()).toEqual([{ ...executor, seenAt: expect.any(Number) }]);
      await store.retireExecutor('executor-1');
      expect(await store.executors()).toEqual([]);
    },
  ],
];
