import { createRoute, z } from '@hono/zod-openapi';
import type { CacheEntry, CacheFilter, MetadataStore } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import { timeOf } from '../../filter/time-text.ts';
import { artifactsOf } from '../../model/artifact.ts';
import { type CacheItem, CachePage, CacheSummary, Invalidated, Invalidation } from '../api/cache.ts';
import type { ServerApp } from '../create-app.ts';
import type { ServerContext } from '../server-context.ts';
import { findRunId } from '../views/find-run.ts';
import { isoTime } from '../views/iso-time.ts';
import { outputFields } from '../views/step-inputs.ts';
import { stepRunOf } from '../views/step-run-id.ts';
import { after, answers, count } from './answers.ts';

/** Entries counted at once. */
const PAGE = 1000;

const which = {
  step: z.string().max(200).optional(),
  run: z.string().max(200).optional(),
  key: z.string().max(64).optional(),
};

const list = createRoute({
  method: 'get',
  path: '/api/cache',
  summary: 'Results that may be used again, newest first',
  request: { query: z.object({ ...which, limit: count(1, 500, 50), after }) },
  responses: answers(CachePage, 'One page'),
});

const summary = createRoute({
  method: 'get',
  path: '/api/cache/summary',
  summary: 'Hits, misses and time saved, by step',
  request: { query: z.object({ since: z.string().max(40).default('30d') }) },
  responses: answers(CacheSummary, 'Figures'),
});

const invalidate = createRoute({
  method: 'post',
  path: '/api/cache/invalidate',
  summary: 'Forget results, or count those that would go',
  request: { body: { required: true, content: { 'application/json': { schema: Invalidation } } } },
  responses: answers(Invalidated, 'How many'),
});

export function addCacheRoutes(app: ServerApp, { stack, now }: ServerContext): void {
  const store = stack.metadataStore;
  app.openapi(list, async (c) => {
    const { limit, after: mark, ...some } = c.req.valid('query');
    const filter = await cacheFilter(store, some, now());
    const page = await store.listCache({ ...filter, limit, ...(mark !== undefined && { after: mark }) });
    return c.json({ items: page.items.map(cacheItem), next: page.next }, 200);
  });
  app.openapi(summary, async (c) => {
    const since = pointInTime(c.req.valid('query').since, now());
    const steps = await store.stepStatistics(since);
    const sum = (read: (step: (typeof steps)[number]) => number): number =>
      steps.reduce((all, one) => all + read(one), 0);
    return c.json(
      {
        since: isoTime(since),
        entries: sum(({ entries }) => entries),
        hits: sum(({ hits }) => hits),
        misses: sum(({ misses }) => misses),
        savedMs: sum(({ savedMs }) => savedMs),
        steps,
      },
      200,
    );
  });
  app.openapi(invalidate, async (c) => {
    const { dryRun, ...some } = c.req.valid('json');
    if (Object.values(some).every((value) => value === undefined || value === '')) {
      const message = 'It is not said which results are to be forgotten.';
      throw sluiceError('ERR_USAGE', { message, hint: 'Name a step, a run, a key or an age.' });
    }
    const filter = await cacheFilter(store, some, now());
    const invalidated = dryRun ? await countEntries(store, filter) : await store.invalidate(filter);
    return c.json({ invalidated, dryRun }, 200);
  });
}

interface Which {
  readonly step?: string | undefined;
  readonly run?: string | undefined;
  readonly key?: string | undefined;
  readonly olderThan?: string | undefined;
}

async function cacheFilter(
  store: MetadataStore,
  { step, run, key, olderThan }: Which,
  now: number,
): Promise<CacheFilter> {
  return {
    ...(step && { step }),
    ...(run && { run: await findRunId(store, run) }),
    ...(key && { key }),
    ...(olderThan && { olderThan: pointInTime(olderThan, now) }),
  };
}

/** @throws ERR_USAGE. */
function pointInTime(text: string, now: number): number {
  const time = timeOf(text, now);
  if (time !== undefined) return time;
  throw sluiceError('ERR_USAGE', { message: `${text} is no time.`, hint: 'Say 30m, 2h, 7d or 2026-11-20.' });
}

async function countEntries(store: MetadataStore, filter: CacheFilter): Promise<number> {
  let entries = 0;
  for (let mark: string | null | undefined; mark !== null; ) {
    const page = await store.listCache({ ...filter, limit: PAGE, ...(mark !== undefined && { after: mark }) });
    entries += page.items.length;
    mark = page.next;
  }
  return entries;
}

const cacheItem = ({ key, step, origin, output, createdAt, expiresAt }: CacheEntry): CacheItem => ({
  key,
  step,
  origin: stepRunOf(origin),
  createdAt: isoTime(createdAt),
  expiresAt: isoTime(expiresAt),
  size: artifactsOf(output).reduce((sum, { size }) => sum + size, 0),
  output: outputFields(output),
});
