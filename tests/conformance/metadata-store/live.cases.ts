import { expect, vi } from 'vitest';
import type { Case } from '../conformance.ts';
import { claimed, LEASE } from './claimed.ts';
import { keyOf, NOON, sampleCommit, sampleRun, sampleStep } from './sample-records.ts';
import type { MetadataStoreSubject } from './subject.ts';

/** Never waited for to the end. */
const LONG_MS = 60_000;
const { signal: never } = new AbortController();
const waitable = { timeout: 20_000, interval: 20 };

export const LIVE_CASES: readonly Case<MetadataStoreSubject>[] = [
  [
    'does not wait for a key that nobody holds, and gives up a wait after its time',
    async ({ store, connect }) => {
      expect(await store.waitForKey(keyOf('free'), LONG_MS, never)).toBe(true);
      await claimed(await connect(), 'held');
      expect(await store.waitForKey(keyOf('held'), 50, never)).toBe(false);
      const stop = new AbortController();
      const waiting = store.waitForKey(keyOf('held'), LONG_MS, stop.signal);
      stop.abort();
      expect(await waiting).toBe(false);
    },
  ],
  [
    'wakes who waits for a key when its claim is given back',
    async ({ store, connect }) => {
      const other = await connect();
      const claim = await claimed(other, 'a');
      const waiting = [store, store, other].map((one) => one.waitForKey(keyOf('a'), LONG_MS, never));
      expect(await store.waitForKey(keyOf('a'), 50, never)).toBe(false);
      await other.releaseClaim(claim);
      expect(await Promise.all(waiting)).toEqual([true, true, true]);
    },
  ],
  [
    'wakes who waits for a key when its result is committed',
    async ({ store, connect }) => {
      const other = await connect();
      const commit = sampleCommit('run-aaaa', 'load', { claim: await claimed(other, 'load') });
      const waiting = store.waitForKey(keyOf('load'), LONG_MS, never);
      await other.commit(commit);
      expect(await waiting).toBe(true);
      expect(await store.lookup(keyOf('load'))).toEqual(commit.entry);
    },
  ],
  [
    'wakes who waits for a key when its lease runs out',
    async ({ store, connect, clock }) => {
      await claimed(await connect(), 'a');
      const waiting = store.waitForKey(keyOf('a'), LONG_MS, never);
      clock.now += LEASE;
      expect(await waiting).toBe(true);
    },
  ],
  [
    'tells watchers which runs others change, until they stop',
    async ({ store, connect }) => {
      const other = await connect();
      const told: (string | null)[] = [];
      const stop = await store.watch(({ runs }) => told.push(...(runs ?? [null])));
      const hears = async (run: string) => {
        await vi.waitFor(() => expect(told).toContain(run), waitable);
        told.length = 0;
      };
      await other.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      await hears('run-aaaa');
      await other.updateStepRun('run-aaaa/load', { status: 'running' });
      await hears('run-aaaa');
      await other.appendLogs('run-aaaa/load', 1, [{ time: NOON, level: 'info', source: 'log', message: 'hello' }]);
      await hears('run-aaaa');
      await other.commit(sampleCommit('run-aaaa', 'load'));
      await hears('run-aaaa');
      await other.updateRun('run-aaaa', { status: 'succeeded', endedAt: NOON + 1 });
      await hears('run-aaaa');
      await stop();
      const later: (string | null)[] = [];
      const stopLater = await store.watch(({ runs }) => later.push(...(runs ?? [null])));
      await other.createRun(sampleRun('run-bbbb'), []);
      await vi.waitFor(() => expect(later).toContain('run-bbbb'), waitable);
      expect(told).not.toContain('run-bbbb');
      await stopLater();
    },
  ],
  [
    'ends waits and watches when it is closed',
    async ({ store, connect }) => {
      const one = await connect();
      await claimed(store, 'a');
      await one.watch(() => {});
      const waiting = one.waitForKey(keyOf('a'), LONG_MS, never);
      await one.waitForKey(keyOf('a'), 50, never);
      await one.close();
      expect(await waiting).toBe(false);
    },
  ],
];
