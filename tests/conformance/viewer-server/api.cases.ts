import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryRef, FileRef, pipeline, step, stepContext } from 'sluice';
import { expect } from 'vitest';
import { Artifact, ArtifactPage, Lineage } from '../../../framework/server/api/artifact.ts';
import { CachePage, CacheSummary, Invalidated } from '../../../framework/server/api/cache.ts';
import { Comparison } from '../../../framework/server/api/comparison.ts';
import { Info } from '../../../framework/server/api/info.ts';
import { LogPage } from '../../../framework/server/api/log.ts';
import { RunMetrics } from '../../../framework/server/api/metric.ts';
import { Grid, PipelineList } from '../../../framework/server/api/pipeline.ts';
import { Run, RunPage } from '../../../framework/server/api/run.ts';
import { StackList } from '../../../framework/server/api/stack.ts';
import { Step, Why } from '../../../framework/server/api/step.ts';
import { Suggestions } from '../../../framework/server/api/suggestion.ts';
import { fakeDigester, runPipeline } from '../../unit/executor/open-test-stack.ts';
import type { Case } from '../conformance.ts';
import { read } from './read-answer.ts';
import type { ViewerServerSubject } from './subject.ts';

class Steps {
  @step() async prepare(
    count: number,
  ): Promise<{ rows: number[]; table: FileRef; folder: DirectoryRef; names: string[] }> {
    const { workDir, log } = stepContext();
    log.info(`preparing ${count}`);
    await writeFile(join(workDir, 'table.csv'), 'a,b\n1,2\n');
    return {
      rows: Array.from({ length: count }, (_, i) => i),
      table: FileRef.of(join(workDir, 'table.csv')),
      folder: DirectoryRef.of(workDir),
      names: ['cat'],
    };
  }
  @step() async train(rows: number[], rate: number): Promise<{ score: number }> {
    const { tracker, log } = stepContext();
    for (let x = 0; x < 3; x++) tracker.metrics({ loss: 3 - x, 'mAP50(B)': rate }, { step: x });
    log.warn('trained', { rate });
    if (rate > 5) throw new RangeError('the rate is too high');
    return { score: rows.length * rate };
  }
}

@pipeline({ name: 'lesson' })
class Lesson {
  constructor(private readonly steps = new Steps()) {}
  async run({ count, rate }: { count: number; rate: number }) {
    const { rows } = await this.steps.prepare(count);
    return this.steps.train(rows, rate);
  }
}

const run = (server: ViewerServerSubject, params: { count: number; rate: number }, version = '1') =>
  runPipeline(Lesson, params, { stack: server.stack, codeDigester: fakeDigester({ train: version }) });

export const API_CASES: readonly Case<ViewerServerSubject>[] = [
  [
    'lists runs by a filter, with what a list shows',
    async (server) => {
      const first = await run(server, { count: 2, rate: 0.5 });
      await run(server, { count: 2, rate: 9 });
      const all = await read(server, '/api/runs', RunPage);
      expect([all.items.length, all.total, all.moreThanTotal, all.next]).toEqual([2, 2, false, null]);
      const good = await read(
        server,
        `/api/runs?filter=${encodeURIComponent('metrics.mAP50(B)>0.1 params.rate<1')}`,
        RunPage,
      );
      expect(good.items).toEqual([
        expect.objectContaining({
          id: first.run.id,
          pipeline: 'lesson',
          status: 'succeeded',
          counts: { succeeded: 2 },
          metrics: { loss: 1, 'mAP50(B)': 0.5 },
          error: null,
        }),
      ]);
      const failed = await read(server, '/api/runs?filter=status:failed&sort=-metrics.loss', RunPage);
      expect(failed.items[0]?.error).toContain('the rate is too high');
      const page = await read(server, '/api/runs?limit=1&sort=oldest', RunPage);
      const next = await read(
        server,
        `/api/runs?limit=1&sort=oldest&after=${encodeURIComponent(page.next ?? '')}`,
        RunPage,
      );
      expect([page.items[0]?.id, next.next]).toEqual([first.run.id, null]);
    },
  ],

  [
    'says where in a filter the fault is, and what may come next',
    async (server) => {
      const wrong = await server.get('/api/runs?filter=status:failed%20statsu:x');
      expect([wrong.status, await wrong.json()]).toEqual([
        400,
        {
          error: expect.objectContaining({
            code: 'ERR_FILTER',
            at: 14,
            length: 6,
            hint: expect.stringContaining('status'),
          }),
        },
      ]);
      const found = await read(server, '/api/filter/suggest?text=sta', Suggestions);
      expect(found.items.map(({ text }) => text).sort()).toEqual(['stack:', 'status:']);
      expect(await server.get('/api/runs?sort=newst').then(({ status }) => status)).toBe(400);
      expect(await server.get('/api/runs?limit=1000000').then(({ status }) => status)).toBe(400);
      expect(await server.get('/api/runs?after=nonsense').then(({ status }) => status)).toBe(400);
    },
  ],

  [
    'shows a run, its steps, why they ran, their logs and metrics',
    async (server) => {
      const { run: made } = await run(server, { count: 2, rate: 0.5 });
      const again = await run(server, { count: 2, rate: 0.7 });
      const shown = await read(server, `/api/runs/${again.run.id}`, Run);
      expect(shown.steps.map(({ id, status }) => [id, status])).toEqual([
        ['prepare', 'cached'],
        ['train', 'succeeded'],
      ]);
      expect(shown.criticalPath).toEqual(['prepare', 'train']);
      expect(shown.steps[0]?.origin).toEqual({ run: made.id, node: 'prepare' });
      expect(shown.can).toEqual({ cancel: false, resume: false, retry: false, delete: true });
      const train = await read(server, '/api/runs/latest/steps/train', Step);
      expect(train.inputs).toEqual([
        expect.objectContaining({ name: 'rows', node: 'prepare', field: 'rows', known: true }),
      ]);
      expect([train.verdict, train.arguments, train.parents, train.tries.length]).toEqual([
        'miss',
        { rate: '0.7' },
        ['prepare'],
        1,
      ]);
      const why = await read(server, '/api/runs/latest/steps/train/why', Why);
      expect([why.verdict, why.nearest, why.differences.map(({ part }) => part)]).toEqual([
        'miss',
        { run: made.id, node: 'train' },
        ['argument rate'],
      ]);
      const logs = await read(server, `/api/runs/${made.id}/logs`, LogPage);
      expect(logs.items.map(({ step: node, level, message }) => [node, level, message])).toEqual([
        ['prepare', 'info', 'preparing 2'],
        ['train', 'warn', 'trained'],
      ]);
      expect([logs.total, logs.previous]).toEqual([2, null]);
      const warned = await read(server, `/api/runs/${made.id}/logs?level=warn,error&search=TRAIN`, LogPage);
      expect(warned.items.map(({ seq }) => seq)).toEqual([1]);
      const text = await (await server.get(`/api/runs/${made.id}/logs/download?step=train`)).text();
      expect(text).toMatch(/^\S+Z train warn trained \{"rate":0.5\}\n$/);
      const metrics = await read(server, '/api/runs/latest/metrics?names=loss', RunMetrics);
      expect(metrics.series).toEqual([
        expect.objectContaining({ step: 'train', name: 'loss', count: 3, last: 1, min: 1, max: 3 }),
      ]);
      expect(metrics.series[0]?.points.map(([x, y]) => [x, y])).toEqual([
        [0, 3],
        [1, 2],
        [2, 1],
      ]);
    },
  ],

  [
    'shows artifacts, and who made and used them across runs',
    async (server) => {
      const first = await run(server, { count: 2, rate: 0.5 });
      const second = await run(server, { count: 2, rate: 0.7 });
      const { items } = await read(server, `/api/artifacts?run=${first.run.id}&step=prepare`, ArtifactPage);
      const digestOf = (field: string) => items.find((one) => one.field === field)?.digest ?? '';
      const rows = await read(server, `/api/artifacts/${digestOf('rows')}`, Artifact);
      expect(rows.preview).toEqual({ kind: 'json', value: [0, 1] });
      expect(rows.producers.map(({ run: id, node }) => [id, node])).toEqual([[first.run.id, 'prepare']]);
      expect(rows.consumers.map(({ run: id, node }) => `${id}/${node}`).sort()).toEqual(
        [`${first.run.id}/train`, `${second.run.id}/train`].sort(),
      );
      const table = await read(server, `/api/artifacts/${digestOf('table').slice(0, 12)}`, Artifact);
      expect(table.preview).toEqual({ kind: 'table', columns: ['a', 'b'], rows: [['1', '2']], totalRows: 1 });
      expect(table.consumers).toEqual([]);
      const folder = await read(server, `/api/artifacts/${digestOf('folder')}`, Artifact);
      expect(folder.files).toEqual([{ path: 'table.csv', size: 8, digest: table.digest }]);
      const inside = await server.get(`/api/artifacts/${folder.digest}/preview?path=table.csv`);
      expect(await inside.json()).toEqual(table.preview);
      const ways = await read(server, `/api/artifacts/${rows.digest}/lineage?depth=3`, Lineage);
      const labels = ways.nodes.map((node) =>
        node.kind === 'step' ? `${node.label}@${node.run}` : `${node.kind} ${node.depth}`,
      );
      expect(labels).toEqual(
        expect.arrayContaining([
          `prepare@${first.run.id}`,
          `train@${first.run.id}`,
          `train@${second.run.id}`,
          'artifact 0',
          'artifact 1',
        ]),
      );
      expect(ways.truncated).toBe(false);
    },
  ],

  [
    'compares runs, as JSON and as CSV',
    async (server) => {
      const a = await run(server, { count: 2, rate: 0.5 });
      const b = await run(server, { count: 2, rate: 0.7 }, '2');
      const compared = await read(server, `/api/compare?runs=${a.run.id},${b.run.id}`, Comparison);
      expect(compared.params).toEqual([
        { name: 'count', values: [2, 2], differs: false },
        { name: 'rate', values: [0.5, 0.7], differs: true },
      ]);
      expect(compared.metrics.find(({ name }) => name === 'loss')).toEqual({
        name: 'loss',
        values: [1, 1],
        differs: false,
        higherIsBetter: false,
      });
      const train = compared.steps.find(({ node }) => node === 'train');
      expect(train?.parts.map(({ part }) => part).sort()).toEqual(['argument rate', 'code Steps.train']);
      expect(compared.series.map(({ series }) => series.length)).toEqual([2, 2]);
      const csv = await (await server.get(`/api/compare.csv?runs=${a.run.id},${b.run.id}`)).text();
      expect(csv).toContain('params.rate,0.5,0.7\r\n');
      expect((await server.get(`/api/compare?runs=${a.run.id}`)).status).toBe(400);
    },
  ],

  [
    'tells of pipelines, stacks and the cache, and forgets results',
    async (server) => {
      await run(server, { count: 2, rate: 0.5 });
      await run(server, { count: 2, rate: 0.5 });
      const info = await read(server, '/api/info', Info);
      expect(info).toMatchObject({ stack: server.stack.name, role: 'operate', writable: true, version: '1.2.3' });
      const pipelines = await read(server, '/api/pipelines', PipelineList);
      expect(pipelines.items.find(({ name }) => name === 'lesson')).toMatchObject({
        runs: 2,
        successRate: 1,
        source: null,
      });
      const grid = await read(server, '/api/pipelines/lesson/grid', Grid);
      expect(grid.cells.map((row) => row.map((cell) => cell?.status))).toEqual([
        ['cached', 'succeeded'],
        ['cached', 'succeeded'],
      ]);
      expect((await read(server, '/api/stacks', StackList)).items.map(({ name }) => name)).toContain('local');
      const cache = await read(server, '/api/cache?step=train', CachePage);
      expect(cache.items.map(({ step: name }) => name)).toEqual(['train']);
      const summary = await read(server, '/api/cache/summary?since=1d', CacheSummary);
      expect([summary.hits, summary.misses, summary.entries]).toEqual([2, 2, 2]);
      const dry = await server.send('POST', '/api/cache/invalidate', { step: 'train', dryRun: true });
      expect(Invalidated.parse(await dry.json())).toEqual({ invalidated: 1, dryRun: true });
      const gone = await server.send('POST', '/api/cache/invalidate', { step: 'train' });
      expect(await gone.json()).toEqual({ invalidated: 1, dryRun: false });
      expect((await read(server, '/api/cache', CachePage)).items.map(({ step: name }) => name)).toEqual(['prepare']);
      expect((await server.send('POST', '/api/cache/invalidate', {})).status).toBe(400);
    },
  ],

  [
    'starts runs with parameters, and only by name',
    async (server) => {
      await runPipeline(Lesson, { count: 1, rate: 9 }, { stack: server.stack });
      const resumed = await server.send('POST', '/api/runs/latest/resume');
      expect([resumed.status, await resumed.json()]).toEqual([202, { id: 'new', name: 'new run' }]);
      const begun = await server.send('POST', '/api/pipelines/hello/runs', {
        params: { name: '--debug' },
        tags: ['x'],
      });
      expect(begun.status).toBe(202);
      expect(server.started.map(([what]) => what)).toEqual(['resume', 'run']);
      expect(server.started[1]).toEqual([
        'run',
        'hello',
        expect.objectContaining({ params: { name: '--debug' }, tags: ['x'] }),
      ]);
      for (const name of ['..%2Fevil', '%2Fetc%2Fpasswd.ts', '-x', 'lesson']) {
        expect((await server.send('POST', `/api/pipelines/${name}/runs`, {})).status, name).toBeGreaterThanOrEqual(400);
      }
      expect(
        (await server.send('POST', '/api/pipelines/hello/runs', { params: {}, refresh: ['--debug'] })).status,
      ).toBe(400);
      expect((await server.send('POST', '/api/pipelines/hello/runs', { params: {}, shell: 'rm' })).status).toBe(400);
      expect(server.started.length).toBe(2);
    },
  ],

  [
    'changes, cancels and deletes runs as their state allows',
    async (server) => {
      const { run: made } = await run(server, { count: 1, rate: 1 });
      const changed = await server.send('PATCH', `/api/runs/${made.id}`, {
        notes: 'good',
        tags: ['a', 'a', 'b'],
        name: 'best',
      });
      expect(Run.parse(await changed.json())).toMatchObject({ notes: 'good', tags: ['a', 'b'], name: 'best' });
      expect((await server.send('PATCH', `/api/runs/${made.id}`, { status: 'failed' })).status).toBe(400);
      expect((await server.send('POST', `/api/runs/${made.id}/cancel`)).status).toBe(400);
      expect((await server.send('POST', `/api/runs/${made.id}/resume`)).status).toBe(400);
      expect((await server.send('POST', `/api/runs/${made.id}/delete`)).status).toBe(200);
      expect((await server.get(`/api/runs/${made.id}`)).status).toBe(404);
    },
  ],

  [
    'describes itself, for programs and for people, without a script',
    async (server) => {
      const document = (await (await server.get('/api/openapi.json')).json()) as { paths: Record<string, object> };
      expect(Object.keys(document.paths)).toEqual(
        expect.arrayContaining(['/api/runs', '/api/runs/{ref}/logs', '/api/cache/invalidate']),
      );
      const page = await (await server.get('/api/docs')).text();
      expect(page).toContain('/api/runs/{ref}/steps/{node}');
      expect(page).not.toMatch(/<script|https?:\/\/(?!127)/);
    },
  ],
];
