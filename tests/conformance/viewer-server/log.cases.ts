import { expect } from 'vitest';
import type { MetadataStore } from '../../../framework/components/metadata-store.ts';
import type { LogLine } from '../../../framework/model/run.ts';
import { LogPage } from '../../../framework/server/api/log.ts';
import type { Case } from '../conformance.ts';
import { NOON, sampleRun, sampleStep } from '../metadata-store/sample-records.ts';
import { read } from './read-answer.ts';
import type { ViewerServerSubject } from './subject.ts';

const NODES = ['load', 'train'];
const line = (at: number): LogLine => ({
  time: NOON + at,
  level: at % 10 === 0 ? 'warn' : 'info',
  source: 'log',
  message: `line ${at}${at % 7 === 0 ? ' Seventh' : ''}`,
});

/** Lines `from` to `to` of the run's log, in turn of its two steps, those of the second attempt from 40 on. */
async function write(store: MetadataStore, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at++) {
    await store.appendLogs(`run-1/${NODES[at % 2]}`, at < 40 ? 1 : 2, [line(at)]);
  }
}

async function withLog(server: ViewerServerSubject, lines: number): Promise<MetadataStore> {
  const { metadataStore } = await server.another();
  await metadataStore.createRun(
    sampleRun('run-1'),
    NODES.map((node) => sampleStep('run-1', node, { status: 'running', startedAt: NOON })),
  );
  await write(metadataStore, 0, lines);
  return metadataStore;
}

const page = (server: ViewerServerSubject, query: string): Promise<LogPage> =>
  read(server, `/api/runs/run-1/logs?${query}`, LogPage);
const said = ({ items }: LogPage): readonly number[] => items.map(({ message }) => Number(message.split(' ')[1]));
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
const mark = (text: string | null): string => encodeURIComponent(text ?? '');

export const LOG_CASES: readonly Case<ViewerServerSubject>[] = [
  [
    'pages through a log from its end to its beginning, and on',
    async (server) => {
      await withLog(server, 50);
      const pages: number[][] = [];
      let found = await page(server, 'limit=20');
      const [last] = [found];
      for (pages.push([...said(found)]); found.previous !== null; pages.push([...said(found)])) {
        found = await page(server, `limit=20&before=${mark(found.previous)}`);
      }
      expect(pages.toReversed().flat()).toEqual(upTo(50));
      expect([pages.length, last.total]).toEqual([3, 50]);
      expect(said(await page(server, `limit=5&after=${mark(found.next)}`))).toEqual([10, 11, 12, 13, 14]);
    },
  ],
  [
    'finds lines by level, word, attempt and step',
    async (server) => {
      await withLog(server, 50);
      expect(said(await page(server, 'level=warn,error'))).toEqual([0, 10, 20, 30, 40]);
      expect(said(await page(server, 'search=SEVENTH&limit=3'))).toEqual([35, 42, 49]);
      const earlier = await page(server, 'search=seventh&limit=3');
      expect(said(await page(server, `search=seventh&before=${mark(earlier.previous)}`))).toEqual([0, 7, 14, 21, 28]);
      expect(said(await page(server, 'attempt=2&level=info'))).toEqual([41, 42, 43, 44, 45, 46, 47, 48, 49]);
      expect(said(await page(server, 'step=train&level=warn'))).toEqual([]);
      expect(said(await page(server, 'step=train&search=line 4'))).toEqual([41, 43, 45, 47, 49]);
      expect(said(await page(server, 'step=load,train&search=line 4'))).toEqual([4, ...upTo(50).slice(40)]);
      expect((await server.get('/api/runs/run-1/logs?step=other')).status).toBe(404);
      expect((await server.get('/api/runs/run-1/logs?level=loud')).status).toBe(400);
    },
  ],
  [
    'follows what another process writes, missing nothing',
    async (server) => {
      const writer = await withLog(server, 10);
      const seen = new Set<number>();
      let { next } = await page(server, 'limit=5');
      for (let written = 10; written < 30; written += 5) {
        await write(writer, written, written + 5);
        const found = await page(server, `limit=500&after=${mark(next)}`);
        for (const one of said(found)) seen.add(one);
        next = found.next;
      }
      expect(
        upTo(30)
          .slice(10)
          .filter((one) => !seen.has(one)),
      ).toEqual([]);
      const of = await page(server, 'limit=5&step=load');
      await write(writer, 30, 34);
      expect(said(await page(server, `step=load&after=${mark(of.next)}`))).toEqual([30, 32]);
    },
  ],
  [
    'gives out the whole log, and that of some steps, as text',
    async (server) => {
      await withLog(server, 50);
      const text = await (await server.get('/api/runs/run-1/logs/download')).text();
      expect(
        text
          .trim()
          .split('\n')
          .map((one) => Number(/line (\d+)/.exec(one)?.[1])),
      ).toEqual(upTo(50));
      const some = await (await server.get('/api/runs/run-1/logs/download?step=train')).text();
      expect(some.trim().split('\n')).toHaveLength(25);
    },
  ],
];
