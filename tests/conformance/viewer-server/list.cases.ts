import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { z } from 'zod';
import { ArtifactPage } from '../../../framework/server/api/artifact.ts';
import { CachePage } from '../../../framework/server/api/cache.ts';
import { RunPage } from '../../../framework/server/api/run.ts';
import type { Case } from '../conformance.ts';
import { NOON, sampleCommit, sampleRun, sampleStep } from '../metadata-store/sample-records.ts';
import { read } from './read-answer.ts';
import type { ViewerServerSubject } from './subject.ts';

const RUNS = 23;
const name = (i: number): string => `run-${String(i).padStart(2, '0')}`;

/** Runs a minute apart, each with a step, a metric, a result; every fifth failed. */
async function fill({ stack: { metadataStore } }: ViewerServerSubject): Promise<void> {
  for (let i = 0; i < RUNS; i++) {
    const [id, createdAt] = [name(i), NOON + i * 60_000];
    const times = { createdAt, startedAt: createdAt, endedAt: createdAt + ((i * 7) % RUNS) * 1000 };
    const about = { name: `name ${i % 3}`, tags: i % 2 ? ['odd'] : [], params: { lr: i / 100 } };
    await metadataStore.createRun(sampleRun(id, { ...times, ...about, status: i % 5 ? 'succeeded' : 'failed' }), [
      sampleStep(id, 'load', { status: 'succeeded' }),
    ]);
    // Each a result of its own.
    const commit = sampleCommit(id, 'load', { text: id, endedAt: createdAt });
    const key = sampleCommit(id, id).entry.key;
    await metadataStore.commit({
      ...commit,
      stepRun: { ...commit.stepRun, key },
      entry: { ...commit.entry, key, originRun: id },
    });
    await metadataStore.track(`${id}/load`, [
      { kind: 'metric', name: 'mAP50', value: (i * 11) % RUNS, step: 0, time: createdAt },
    ]);
  }
}

type Paged = z.ZodType<{ readonly items: readonly object[]; readonly next: string | null }>;

/** Every item, page by page. */
async function all<Schema extends Paged>(
  server: ViewerServerSubject,
  path: string,
  schema: Schema,
): Promise<z.output<Schema>['items']> {
  const items: object[] = [];
  for (let next: string | null = ''; next !== null; ) {
    const after = next === '' ? '' : `&after=${encodeURIComponent(next)}`;
    const page: z.output<Paged> = await read(server, `${path}limit=5${after}`, schema);
    items.push(...page.items);
    next = page.next;
  }
  return items;
}

const numbers = (items: readonly object[]): readonly number[] =>
  items.map((one) => Number(/run-(\d+)/.exec(JSON.stringify(one))?.[1]));
const sorted = (by: (i: number) => number): readonly number[] =>
  Array.from({ length: RUNS }, (_, i) => i).sort((a, b) => by(a) - by(b) || a - b);

export const LIST_CASES: readonly Case<ViewerServerSubject>[] = [
  [
    'pages through runs in every order, each once',
    async (server) => {
      await fill(server);
      const runs = (query: string) => all(server, `/api/runs?${query}`, RunPage).then(numbers);
      expect(await runs('')).toEqual(sorted((i) => -i));
      expect(await runs('sort=oldest&')).toEqual(sorted((i) => i));
      expect(await runs('sort=longest&')).toEqual(sorted((i) => -((i * 7) % RUNS)));
      expect(await runs('sort=metrics.mAP50&')).toEqual(sorted((i) => (i * 11) % RUNS));
      expect(await runs('sort=-metrics.mAP50&')).toEqual(sorted((i) => -((i * 11) % RUNS)));
      const byName = (await all(server, '/api/runs?sort=name&', RunPage)).map((one) => (one as { name: string }).name);
      expect(byName).toEqual(byName.toSorted());
      expect(byName).toHaveLength(RUNS);
    },
  ],
  [
    'pages through what a filter leaves, and counts it',
    async (server) => {
      await fill(server);
      const found = async (filter: string) => {
        const query = `filter=${encodeURIComponent(filter)}&`;
        const { total } = await read(server, `/api/runs?${query}limit=1`, RunPage);
        const items = numbers(await all(server, `/api/runs?${query}`, RunPage));
        expect(total, filter).toBe(items.length);
        return items;
      };
      const where = (keep: (i: number) => boolean) => sorted((i) => -i).filter(keep);
      expect(await found('status:failed')).toEqual(where((i) => i % 5 === 0));
      expect(await found('-status:failed tag:odd')).toEqual(where((i) => i % 5 !== 0 && i % 2 === 1));
      expect(await found('metrics.mAP50>=20')).toEqual(where((i) => (i * 11) % RUNS >= 20));
      expect(await found('params.lr<0.03')).toEqual(where((i) => i < 3));
      expect(await found('name:"name 1" pipeline:train')).toEqual(where((i) => i % 3 === 1));
      expect(await found('run-07')).toEqual([7]);
      expect(await found('pipeline:other')).toEqual([]);
    },
  ],
  [
    'pages through artifacts and cached results',
    async (server) => {
      await fill(server);
      expect(numbers(await all(server, '/api/artifacts?', ArtifactPage))).toEqual(sorted((i) => -i));
      expect(numbers(await all(server, '/api/artifacts?run=run-07&', ArtifactPage))).toEqual([7]);
      expect(await all(server, '/api/artifacts?format=file&', ArtifactPage)).toEqual([]);
      expect(numbers(await all(server, '/api/cache?step=load&', CachePage))).toEqual(sorted((i) => -i));
      expect(numbers(await all(server, '/api/cache?run=run-07&', CachePage))).toEqual([7]);
      const gone = await server.send('POST', '/api/cache/invalidate', { run: 'run-07' });
      expect(await gone.json()).toEqual({ invalidated: 1, dryRun: false });
      expect(await all(server, '/api/cache?run=run-07&', CachePage)).toEqual([]);
    },
  ],
  [
    'sends what a client has once, until another process changes it, and packs it',
    async (server) => {
      await fill(server);
      const [plain, br, gzip] = await Promise.all(
        ['identity', 'br', 'gzip'].map((encoding) => server.get('/api/runs', { 'accept-encoding': encoding })),
      );
      const text = await plain!.text();
      expect([br!.headers.get('content-encoding'), gzip!.headers.get('content-encoding')]).toEqual(['br', 'gzip']);
      expect(brotliDecompressSync(await br!.arrayBuffer()).toString()).toBe(text);
      expect(gunzipSync(await gzip!.arrayBuffer()).toString()).toBe(text);
      const tag = br!.headers.get('etag') ?? '';
      const again = () => server.get('/api/runs', { 'if-none-match': tag }).then(({ status }) => status);
      expect(await again()).toBe(304);
      await (await server.another()).metadataStore.updateRun('run-07', { name: 'renamed' });
      expect(await again()).toBe(200);
    },
  ],
];
