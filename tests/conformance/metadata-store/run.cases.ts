import { expect } from 'vitest';
import type { MetadataStore, RunFilter } from '../../../framework/components/metadata-store.ts';
import type { Case } from '../conformance.ts';
import { keyOf, NOON, partsOf, sampleAttempt, sampleRun, sampleStep } from './sample-records.ts';
import type { MetadataStoreSubject } from './subject.ts';

export const RUN_CASES: readonly Case<MetadataStoreSubject>[] = [
  [
    'migrates once, and any number of times after',
    async ({ store, connect }) => {
      const version = await store.schemaVersion();
      expect(version).toBeGreaterThan(0);
      await Promise.all([store.migrate(), (await connect()).migrate()]);
      expect(await store.schemaVersion()).toBe(version);
    },
  ],
  [
    'gives back a run and its steps as they were stored, in the order of the plan',
    async ({ store, connect }) => {
      const run = sampleRun('run-aaaa', {
        tags: ['nightly', 'gpu'],
        resumedFrom: 'run-0000',
        cancelRequested: true,
        endedAt: NOON + 5,
        result: { digest: 'x' },
        error: { code: 'ERR_STEP_FAILED', message: 'no', hint: 'yes', stack: 'at a' },
      });
      const steps = [
        sampleStep(run.id, 'zebra', { status: 'failed', attempts: 2, error: { code: 'E', message: 'm' } }),
        sampleStep(run.id, 'ape', { key: keyOf('a'), parts: partsOf('a'), reason: 'new', origin: 'run-1/ape' }),
      ];
      await store.createRun(run, steps);
      expect(await store.findRun(run.id)).toEqual(run);
      expect(await (await connect()).stepRuns(run.id)).toEqual(steps);
    },
  ],
  [
    'takes a run of thousands of steps',
    async ({ store }) => {
      const steps = Array.from({ length: 3000 }, (_, i) => sampleStep('run-many', `step-${i}`));
      await store.createRun(sampleRun('run-many'), steps);
      expect((await store.stepRuns('run-many')).map(({ node }) => node)).toEqual(steps.map(({ node }) => node));
    },
  ],
  [
    'adds steps to a run behind those it has, in their order',
    async ({ store, connect }) => {
      const first = sampleStep('run-aaaa', 'zebra');
      await store.createRun(sampleRun('run-aaaa'), [first]);
      const more = [
        sampleStep('run-aaaa', 'ape', { status: 'cached', key: keyOf('a'), parts: partsOf('a'), origin: 'run-1/ape' }),
        ...Array.from({ length: 250 }, (_, i) => sampleStep('run-aaaa', `step-${250 - i}`)),
      ];
      await store.addStepRuns(more, 1);
      const last = sampleStep('run-aaaa', 'bear');
      await store.addStepRuns([last], 1 + more.length);
      await store.addStepRuns([], 0);
      await store.updateStepRun(last.id, { status: 'running', startedAt: NOON });
      const changed = { ...last, status: 'running', startedAt: NOON };
      expect(await (await connect()).stepRuns('run-aaaa')).toEqual([first, ...more, changed]);
    },
  ],
  [
    'changes only the fields it is told',
    async ({ store }) => {
      const run = sampleRun('run-aaaa', { tags: ['old'] });
      const step = sampleStep(run.id, 'load');
      await store.createRun(run, [step]);
      await store.updateRun(run.id, { status: 'succeeded', endedAt: NOON + 9, result: [1] });
      await store.updateStepRun(step.id, { status: 'running', parts: partsOf('p'), key: keyOf('p'), startedAt: NOON });
      await store.updateStepRun(step.id, { reason: 'new code' });
      expect(await store.findRun(run.id)).toEqual({ ...run, status: 'succeeded', endedAt: NOON + 9, result: [1] });
      const changed = { status: 'running', parts: partsOf('p'), key: keyOf('p'), startedAt: NOON, reason: 'new code' };
      expect(await store.stepRuns(run.id)).toEqual([{ ...step, ...changed }]);
      await store.updateRun(run.id, { tags: ['new'] });
      expect([await idsOf(store, { tag: 'old' }), await idsOf(store, { tag: 'new' })]).toEqual([[], [run.id]]);
    },
  ],
  [
    'finds a run by id, by the beginning of it, by name and as the latest',
    async ({ store }) => {
      for (const [i, id] of ['abcd-1', 'abcd-2', 'efgh-1'].entries()) {
        await store.createRun(sampleRun(id, { name: 'same', createdAt: NOON + i }), []);
      }
      const found = async (reference: string) => (await store.findRun(reference))?.id;
      expect(await found('abcd-1')).toBe('abcd-1');
      expect(await found('efgh')).toBe('efgh-1');
      expect(await found('same')).toBe('efgh-1');
      expect(await found('latest')).toBe('efgh-1');
      expect([await found('efg'), await found('nobody'), await found('%'), await found('')]).toEqual(
        Array(4).fill(undefined),
      );
      await expect(found('abcd')).rejects.toEqual(expect.objectContaining({ code: 'ERR_INPUT' }));
    },
  ],
  [
    'lists runs by every filter',
    async ({ store }) => {
      await createFive(store);
      const lists: readonly (readonly [RunFilter, string])[] = [
        [{}, 'e d c b a'],
        [{ sort: 'oldest' }, 'a b c d e'],
        [{ sort: 'longest' }, 'c b a e d'],
        [{ pipeline: 'eval' }, 'd b'],
        [{ status: ['failed', 'running'] }, 'e d b'],
        [{ tag: 'even' }, 'd b'],
        [{ tag: 'ev' }, ''],
        [{ tag: 'even', status: ['failed'] }, 'b'],
        [{ tag: 'even', sort: 'longest' }, 'b d'],
        [{ stack: 'team' }, 'c'],
        [{ search: 'NAME OF' }, 'e d c b a'],
        [{ search: '100%' }, 'a'],
        [{ search: 'run-c' }, 'c'],
        [{ since: NOON + 1, until: NOON + 3 }, 'c b'],
      ];
      for (const [filter, expected] of lists) {
        expect((await idsOf(store, filter)).map((id) => id.slice(-1)).join(' '), JSON.stringify(filter)).toBe(expected);
      }
    },
  ],
  [
    'pages through every order without loss or repetition, also among equals',
    async ({ store }) => {
      for (let i = 0; i < 23; i++) {
        const more = { createdAt: NOON + (i % 3), endedAt: i % 2 ? NOON + 50 : null, tags: ['all'] };
        await store.createRun(sampleRun(`run-${String(i).padStart(2, '0')}`, more), []);
      }
      for (const sort of ['newest', 'oldest', 'longest'] as const) {
        for (const filter of [{ sort }, { sort, tag: 'all' }]) {
          const whole = (await store.listRuns({ ...filter, limit: 100 })).items.map(({ id }) => id);
          expect(await paged(store, { ...filter, limit: 5 })).toEqual(whole);
          expect(new Set(whole).size).toBe(23);
        }
      }
      const exact = await store.listRuns({ limit: 23 });
      expect([exact.items.length, exact.next]).toEqual([23, null]);
      await expect(store.listRuns({ after: 'nonsense' })).rejects.toEqual(
        expect.objectContaining({ code: 'ERR_INPUT' }),
      );
    },
  ],
  [
    'changes several step runs in order, and one together with the attempt that begins',
    async ({ store }) => {
      const [load, next] = [sampleStep('run-aaaa', 'load'), sampleStep('run-aaaa', 'next')];
      await store.createRun(sampleRun('run-aaaa'), [load, next]);
      const cached = {
        status: 'cached',
        parts: partsOf('p'),
        key: keyOf('p'),
        origin: 'r/load',
        endedAt: NOON,
      } as const;
      await store.updateStepRuns([
        { id: load.id, change: { status: 'running', reason: 'first' } },
        { id: next.id, change: cached },
        { id: load.id, change: { reason: 'second' } },
      ]);
      const running = { ...load, status: 'running', reason: 'second' };
      expect(await store.stepRuns('run-aaaa')).toEqual([running, { ...next, ...cached }]);
      await store.startAttempt(sampleAttempt(load.id), { attempts: 1, parts: partsOf('q'), startedAt: NOON });
      expect((await store.stepRuns('run-aaaa'))[0]).toEqual({
        ...running,
        attempts: 1,
        parts: partsOf('q'),
        startedAt: NOON,
      });
      expect(await store.attempts(load.id)).toEqual([sampleAttempt(load.id)]);
    },
  ],
  [
    'keeps every attempt of a step',
    async ({ store }) => {
      await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
      const first = sampleAttempt('run-aaaa/load');
      const second = sampleAttempt('run-aaaa/load', { attempt: 2, startedAt: NOON + 5 });
      const failed = { ...first, status: 'failed', endedAt: NOON + 3, error: { code: 'E', message: 'm' } } as const;
      await store.startAttempt(first);
      expect(await store.attempts('run-aaaa/load')).toEqual([first]);
      await store.endAttempt(failed);
      await store.startAttempt(second);
      expect(await store.attempts('run-aaaa/load')).toEqual([failed, second]);
    },
  ],
  [
    'lists the recent runs of a step, newest first',
    async ({ store }) => {
      for (let i = 0; i < 6; i++) {
        const status = (['succeeded', 'cached', 'failed'] as const)[i % 3]!;
        const step = sampleStep(`run-${i}`, 'load', { status, endedAt: NOON + i });
        await store.createRun(sampleRun(`run-${i}`), [step, sampleStep(`run-${i}`, 'other', { status: 'succeeded' })]);
      }
      const recent = async (options?: Parameters<MetadataStore['recentStepRuns']>[1]) =>
        (await store.recentStepRuns('load', options)).map(({ runId }) => runId);
      expect(await recent()).toEqual(['run-3', 'run-0']);
      expect(await recent({ status: ['succeeded', 'cached'] })).toEqual(['run-4', 'run-3', 'run-1', 'run-0']);
      expect(await recent({ status: ['succeeded', 'cached'], limit: 2 })).toEqual(['run-4', 'run-3']);
      expect(await recent({ status: ['succeeded', 'cached'], endedBy: NOON + 3, limit: 2 })).toEqual([
        'run-3',
        'run-1',
      ]);
    },
  ],
  [
    'lists the recent runs of a step within one pipeline',
    async ({ store }) => {
      for (let i = 0; i < 6; i++) {
        const step = sampleStep(`run-${i}`, 'load', { status: 'succeeded', endedAt: NOON + i });
        await store.createRun(sampleRun(`run-${i}`, { pipeline: i % 2 === 0 ? 'even' : 'odd' }), [step]);
      }
      const recent = async (pipeline: string, limit = 10) =>
        (await store.recentStepRuns('load', { pipeline, limit })).map(({ runId }) => runId);
      expect(await recent('even')).toEqual(['run-4', 'run-2', 'run-0']);
      expect(await recent('odd', 2)).toEqual(['run-5', 'run-3']);
      expect(await recent('none')).toEqual([]);
      const earlier = await store.recentStepRuns('load', { pipeline: 'even', endedBy: NOON + 2 });
      expect(earlier.map(({ runId }) => runId)).toEqual(['run-2', 'run-0']);
    },
  ],
];

async function createFive(store: MetadataStore): Promise<void> {
  const runs = [
    sampleRun('run-a', { status: 'succeeded', endedAt: NOON + 10, name: 'Name of 100%' }),
    sampleRun('run-b', {
      status: 'failed',
      endedAt: NOON + 20,
      pipeline: 'eval',
      tags: ['even', 'x'],
      name: 'name of 1000',
    }),
    sampleRun('run-c', { status: 'succeeded', endedAt: NOON + 30, stack: 'team' }),
    sampleRun('run-d', { pipeline: 'eval', tags: ['even'] }),
    sampleRun('run-e', { status: 'running' }),
  ];
  for (const [i, run] of runs.entries()) await store.createRun({ ...run, createdAt: NOON + i, startedAt: NOON }, []);
  // Its length is known when it ends.
  await store.updateRun('run-e', { endedAt: NOON + 5 });
}

const idsOf = async (store: MetadataStore, filter: RunFilter): Promise<string[]> =>
  (await store.listRuns(filter)).items.map(({ id }) => id);

async function paged(store: MetadataStore, filter: RunFilter): Promise<string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const page = await store.listRuns(after === null ? filter : { ...filter, after });
    ids.push(...page.items.map(({ id }) => id));
    after = page.next;
  } while (after !== null);
  return ids;
}
