import { expect } from 'vitest';
import type { MetadataStore, RunFilter } from '../../../framework/components/metadata-store.ts';
import type { RunPredicate } from '../../../framework/components/run-predicate.ts';
import type { LogLine } from '../../../framework/model/run.ts';
import type { Case } from '../conformance.ts';
import { keyOf, NOON, partsOf, sampleAttempt, sampleCommit, sampleRun, sampleStep } from './sample-records.ts';
import type { MetadataStoreSubject } from './subject.ts';

const metric = (name: string, value: number, step = 0) => ({ kind: 'metric', name, value, step, time: NOON }) as const;

const idsOf = async (store: MetadataStore, filter: RunFilter): Promise<string> =>
  (await store.listRuns(filter)).items.map(({ id }) => id.slice(-1)).join(' ');

const line = (message: string, time: number, more: Partial<LogLine> = {}): LogLine => ({
  time,
  level: 'info',
  source: 'log',
  message,
  ...more,
});

/** Four runs that differ in parameters, metrics, tags and git. */
async function createFour(store: MetadataStore): Promise<void> {
  const runs = [
    { params: { lr0: 0.01, split: { train: 0.8 }, model: 'n', fast: true }, tags: ['a b'] },
    {
      params: { lr0: 0.1, split: { train: 0.7 }, model: 's', fast: false },
      git: { commit: 'abc123', branch: null, dirty: true },
    },
    { params: { lr0: '0.01', model: '100%' }, status: 'failed', endedAt: NOON + 90_000 },
    { params: null, pipeline: 'evaluate', name: 'Großer_Lauf' },
  ] as const;
  for (const [i, more] of runs.entries()) {
    const id = `run-${'abcd'[i]}`;
    await store.createRun(sampleRun(id, { createdAt: NOON + i, ...more }), [sampleStep(id, 'train')]);
  }
  await store.track('run-a/train', [metric('mAP50', 0.2, 1), metric('mAP50', 0.5, 2), metric('loss/box', 1.5)]);
  await store.track('run-b/train', [metric('mAP50', 0.7, 3)]);
  await store.track('run-b/train', [metric('mAP50', 0.1, 1)]);
  await store.track('run-c/train', [metric('mAP50', Number.NaN)]);
}

const value = (
  of: 'param' | 'metric',
  name: string,
  comparison: '=' | '!=' | '>' | '<=',
  than: number | string,
): RunPredicate => ({
  kind: 'value',
  of,
  name,
  comparison,
  value: than,
  not: false,
});
const not = (predicate: RunPredicate): RunPredicate => ({ ...predicate, not: true });

/** Reads that pages are made of. */
export const READ_CASES: readonly Case<MetadataStoreSubject>[] = [
  [
    'finds runs by parameters, metrics and words, and by what they are not',
    async ({ store }) => {
      await createFour(store);
      const word = (
        name: 'name' | 'tag' | 'commit' | 'id' | 'pipeline' | 'status',
        ...values: string[]
      ): RunPredicate => ({
        kind: 'word',
        word: name,
        values,
        not: false,
      });
      const lists: readonly (readonly [RunPredicate[], string])[] = [
        [[value('param', 'lr0', '=', 0.01)], 'a'],
        [[value('param', 'lr0', '=', '0.01')], 'c a'],
        [[value('param', 'lr0', '>', 0.05)], 'b'],
        [[value('param', 'split.train', '<=', 0.75)], 'b'],
        [[value('param', 'model', '=', '100%')], 'c'],
        [[value('param', 'model', '!=', 'n')], 'c b'],
        [[value('param', 'fast', '=', 'true')], 'a'],
        [[not(value('param', 'lr0', '>', 0.05))], 'd c a'],
        [[value('metric', 'mAP50', '>', 0.4)], 'b a'],
        [[value('metric', 'mAP50', '=', 0.5)], 'a'],
        [[value('metric', 'mAP50', '>', 0.4), value('param', 'lr0', '=', 0.1)], 'b'],
        [[not(value('metric', 'mAP50', '>', 0.6)), not(word('status', 'failed'))], 'd a'],
        [[{ kind: 'has', of: 'metric', name: 'mAP50', not: false }], 'c b a'],
        [[{ kind: 'has', of: 'param', name: 'split.train', not: true }], 'd c'],
        [[word('tag', 'a b')], 'a'],
        [[not(word('tag', 'a b'))], 'd c b'],
        [[word('commit', 'abc1')], 'b'],
        [[not(word('commit', 'abc1'))], 'd c a'],
        [[word('name', 'gro*_l*')], 'd'],
        [[word('name', 'name of run-?')], ''],
        [[word('pipeline', 'eval*', 'nothing')], 'd'],
        [[word('id', 'run-c', 'run-d')], 'd c'],
        [[{ kind: 'duration', comparison: '>', ms: 60_000, not: false }], 'c'],
        [[{ kind: 'created', comparison: '<=', time: NOON + 1, not: false }], 'b a'],
        [[{ kind: 'search', text: 'lauf', not: false }], 'd'],
      ];
      for (const [where, expected] of lists)
        expect(await idsOf(store, { where }), JSON.stringify(where)).toBe(expected);
      for (const [where, expected] of lists) {
        expect(await store.countRuns({ where }, 100), JSON.stringify(where)).toBe(
          expected.split(' ').filter(Boolean).length,
        );
      }
      expect(await store.countRuns({}, 3)).toBe(3);
    },
  ],
  [
    'sorts runs by name and by a metric, pages through both, and leaves out runs without it',
    async ({ store }) => {
      for (let i = 0; i < 23; i++) {
        const id = `run-${String(i).padStart(2, '0')}`;
        await store.createRun(sampleRun(id, { name: `n~${i % 4}`, createdAt: NOON + i }), [sampleStep(id, 'train')]);
        if (i % 2 === 0) await store.track(`${id}/train`, [metric('score', (i % 5) - 0.5)]);
      }
      for (const sort of [
        'name',
        { metric: 'score', direction: 'desc' },
        { metric: 'score', direction: 'asc' },
      ] as const) {
        const whole = (await store.listRuns({ sort, limit: 100 })).items.map(({ id }) => id);
        const paged: string[] = [];
        for (let after: string | undefined; ; ) {
          const page = await store.listRuns({ sort, limit: 5, ...(after !== undefined && { after }) });
          paged.push(...page.items.map(({ id }) => id));
          if (page.next === null) break;
          after = page.next;
        }
        expect(paged).toEqual(whole);
        expect(new Set(whole).size).toBe(sort === 'name' ? 23 : 12);
      }
      const [best] = (await store.overviewRuns({ sort: { metric: 'score', direction: 'desc' }, limit: 1 })).items;
      expect(best?.metrics).toEqual({ score: 3.5 });
    },
  ],
  [
    'keeps of each metric the last value of the step that reported last, with what was in the cache',
    async ({ store }) => {
      await createFour(store);
      expect((await store.overviewRun('run-a'))?.metrics).toEqual({ 'loss/box': 1.5, mAP50: 0.5 });
      expect((await store.overviewRun('run-b'))?.metrics).toEqual({ mAP50: 0.7 });
      expect((await store.overviewRun('run-c'))?.metrics['mAP50']).toBeNaN();
      const cached = sampleStep('run-e', 'train', { status: 'cached', origin: 'run-a/train' });
      await store.createRun(sampleRun('run-e', { createdAt: NOON + 9 }), [cached]);
      await store.updateRun('run-e', { status: 'succeeded', endedAt: NOON + 10 });
      expect((await store.overviewRun('run-e'))?.metrics).toEqual({ 'loss/box': 1.5, mAP50: 0.5 });
      expect(await idsOf(store, { where: [value('metric', 'mAP50', '=', 0.5)] })).toBe('e a');
      await store.deleteRun('run-a');
      expect(await idsOf(store, { where: [value('metric', 'mAP50', '=', 0.5)] })).toBe('e');
      expect(await idsOf(store, { where: [value('param', 'lr0', '=', 0.01)] })).toBe('');
      expect(await store.overviewRun('run-a')).toBeUndefined();
    },
  ],
  [
    'tells of a run what a list shows, and of its steps what a page shows',
    async ({ store }) => {
      const run = sampleRun('run-a', { resumedFrom: 'run-0' });
      const steps = [
        sampleStep('run-a', 'two', { status: 'cached', origin: 'run-0/two', parts: partsOf('p'), key: keyOf('p') }),
        sampleStep('run-a', 'one', { status: 'failed', error: { code: 'E', message: 'm' } }),
        sampleStep('run-a', 'three', { status: 'failed' }),
      ];
      await store.createRun(run, steps);
      await store.appendLogs('run-a/one', 1, [line('a', NOON), line('b', NOON)]);
      const { params: _, plan: __, result: ___, ...rest } = run;
      expect(await store.overviewRun('run-a')).toEqual({ ...rest, counts: { cached: 1, failed: 2 }, metrics: {} });
      expect((await store.resumesOf('run-0', 5)).map(({ id }) => id)).toEqual(['run-a']);
      const lean = steps.map(({ parts: _parts, output: _output, ...step }, i) => ({ ...step, logs: i === 1 ? 2 : 0 }));
      expect(await store.overviewSteps('run-a')).toEqual(lean);
      expect(await store.overviewStepRuns(['run-a/one', 'run-a/none'])).toEqual([lean[1]]);
      expect(await store.stepRun('run-a/two')).toEqual(steps[0]);
      expect(await store.stepRun('run-a/none')).toBeUndefined();
      expect((await store.stepRunsOf(['run-0/two'], 5)).map(({ id }) => id)).toEqual(['run-a/two']);
      expect(await store.stepRunsOf([], 5)).toEqual([]);
    },
  ],
  [
    'reads the log of a run by time, from its end, both ways, without loss or repetition',
    async ({ store }) => {
      await store.createRun(sampleRun('run-a'), [sampleStep('run-a', 'x'), sampleStep('run-a', 'y')]);
      await store.createRun(sampleRun('run-b'), [sampleStep('run-b', 'x')]);
      await store.appendLogs('run-b/x', 1, [line('other', NOON + 3)]);
      await store.appendLogs(
        'run-a/x',
        1,
        Array.from({ length: 10 }, (_, i) => line(`x${i}`, NOON + 2 * i)),
      );
      await store.appendLogs(
        'run-a/y',
        1,
        Array.from({ length: 10 }, (_, i) => line(`y${i}`, NOON + 2 * i + (i % 2))),
      );
      const all = (await store.readRunLogs('run-a', { limit: 100, scan: 1 })).lines;
      expect(all).toHaveLength(20);
      expect(all.map(({ time }) => time)).toEqual(all.map(({ time }) => time).sort((a, b) => a - b));
      const texts = (lines: readonly { message: string }[]) => lines.map(({ message }) => message);
      const backwards: string[] = [];
      for (let before: string | null = null; ; ) {
        const page = await store.readRunLogs('run-a', { limit: 3, scan: 1, ...(before !== null && { before }) });
        backwards.unshift(...texts(page.lines));
        if (page.first === null) break;
        before = page.first;
      }
      expect(backwards).toEqual(texts(all));
      const forwards: string[] = [];
      for (let after = '0~0~ '; ; ) {
        const page = await store.readRunLogs('run-a', { limit: 3, scan: 1, after });
        if (page.lines.length === 0) break;
        forwards.push(...texts(page.lines));
        after = page.last!;
      }
      expect(forwards).toEqual(texts(all));
      const one = await store.readRunLogs('run-a', { limit: 4, scan: 1, stepRuns: ['run-a/y'] });
      expect(texts(one.lines)).toEqual(['y6', 'y7', 'y8', 'y9']);
      await expect(store.readRunLogs('run-a', { limit: 4, scan: 1, after: 'x' })).rejects.toMatchObject({
        code: 'ERR_INPUT',
      });
    },
  ],
  [
    'searches the log of a run as far as it may look, and goes on from there',
    async ({ store }) => {
      await store.createRun(sampleRun('run-a'), [sampleStep('run-a', 'x')]);
      const lines = Array.from({ length: 50 }, (_, i) =>
        line(i === 3 ? 'The NEEDLE 100%' : 'hay', NOON + i, { level: i === 40 ? 'error' : 'info' }),
      );
      await store.appendLogs('run-a/x', 2, lines);
      const search = { search: 'needle 100%', limit: 5, scan: 20 };
      const first = await store.readRunLogs('run-a', search);
      expect([first.lines.length, first.stopped]).toEqual([0, true]);
      const second = await store.readRunLogs('run-a', { ...search, before: first.first! });
      expect([second.lines.length, second.stopped]).toEqual([0, true]);
      const third = await store.readRunLogs('run-a', { ...search, before: second.first! });
      expect([third.lines.map(({ seq }) => seq), third.stopped, third.first]).toEqual([[4], false, null]);
      const errors = await store.readRunLogs('run-a', { levels: ['error', 'warn'], limit: 5, scan: 100 });
      expect(errors.lines.map(({ seq, attempt }) => [seq, attempt])).toEqual([[41, 2]]);
      expect((await store.readRunLogs('run-a', { attempt: 1, limit: 5, scan: 100 })).lines).toEqual([]);
    },
  ],
  [
    'reads points of metrics by page, and what else was tracked beside them',
    async ({ store }) => {
      await store.createRun(sampleRun('run-a'), [sampleStep('run-a', 'x'), sampleStep('run-a', 'y')]);
      for (const node of ['x', 'y']) {
        await store.track(`run-a/${node}`, [
          ...Array.from({ length: 7 }, (_, i) => metric(i % 2 ? 'b' : 'a', i === 2 ? Number.NaN : i, i)),
          { kind: 'tag', name: 't', value: node },
        ]);
      }
      const read = async (query: { names?: string[]; stepRuns?: string[] }) => {
        const found: string[] = [];
        for (let after: { stepRunId: string; seq: number } | undefined; ; ) {
          const page = await store.readMetricPoints('run-a', { ...query, limit: 3, ...(after && { after }) });
          found.push(...page.map(({ stepRunId, name, value: v }) => `${stepRunId.slice(-1)}${name}${v}`));
          after = page.at(-1);
          if (page.length < 3) return found.join(' ');
        }
      };
      expect(await read({})).toBe('xa0 xb1 xaNaN xb3 xa4 xb5 xa6 ya0 yb1 yaNaN yb3 ya4 yb5 ya6');
      expect(await read({ names: ['b'], stepRuns: ['run-a/y'] })).toBe('yb1 yb3 yb5');
      expect(await store.trackedValues('run-a')).toEqual(
        ['x', 'y'].map((node) => ({ stepRunId: `run-a/${node}`, entries: [{ kind: 'tag', name: 't', value: node }] })),
      );
    },
  ],
  [
    'counts runs by pipeline, and hits, misses and saved time by step',
    async ({ store }) => {
      const commit = sampleCommit('run-a', 'train', { endedAt: NOON + 5000 });
      await store.createRun(sampleRun('run-a', { status: 'succeeded' }), [sampleStep('run-a', 'train')]);
      await store.startAttempt(sampleAttempt('run-a/train'));
      await store.commit(commit);
      const hit = sampleStep('run-b', 'train', { status: 'cached', origin: 'run-a/train', endedAt: NOON + 9000 });
      await store.createRun(sampleRun('run-b', { status: 'failed', createdAt: NOON + 1 }), [hit]);
      await store.createRun(sampleRun('run-c', { status: 'lost', createdAt: NOON + 2 }), []);
      await store.createRun(sampleRun('run-d', { pipeline: 'a', createdAt: NOON + 3 }), []);
      expect(await store.pipelineStatistics()).toEqual([
        { pipeline: 'a', runs: 1, ended: 0, succeeded: 0, newest: 'run-d' },
        { pipeline: 'train', runs: 3, ended: 2, succeeded: 1, newest: 'run-c' },
      ]);
      expect(await store.stepStatistics(NOON)).toEqual([
        { step: 'train', entries: 1, hits: 1, misses: 1, savedMs: 5000 },
      ]);
      expect(await store.stepStatistics(NOON + 6000)).toEqual([
        { step: 'train', entries: 1, hits: 1, misses: 0, savedMs: 5000 },
      ]);
    },
  ],
  [
    'knows the names of parameters, metrics and tags',
    async ({ store }) => {
      await createFour(store);
      const names = (of: 'param' | 'metric' | 'tag', prefix = '', limit = 10) =>
        store.knownNames(of, { prefix, limit });
      expect(await names('param')).toEqual(['fast', 'lr0', 'model', 'split.train']);
      expect(await names('param', 'm')).toEqual(['model']);
      expect(await names('param', '', 2)).toEqual(['fast', 'lr0']);
      expect(await names('metric')).toEqual(['loss/box', 'mAP50']);
      expect(await names('tag')).toEqual(['a b']);
      expect(await names('tag', 'z')).toEqual([]);
    },
  ],
];
