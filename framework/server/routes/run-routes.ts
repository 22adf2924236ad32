import { createRoute, z } from '@hono/zod-openapi';
import type { RunFilter } from '../../components/metadata-store.ts';
import { parseRunFilter } from '../../filter/parse-run-filter.ts';
import { parseRunSort } from '../../filter/parse-run-sort.ts';
import { RunMetrics } from '../api/metric.ts';
import { Run, RunLinks, RunPage } from '../api/run.ts';
import type { ServerApp } from '../create-app.ts';
import type { ServerContext } from '../server-context.ts';
import { findRun, findRunId } from '../views/find-run.ts';
import { runMetrics } from '../views/run-metrics.ts';
import { runSummary } from '../views/run-summary.ts';
import { runView } from '../views/run-view.ts';
import { trackerPage } from '../views/tracker-page.ts';
import { after, answers, count, listOf, runParam } from './answers.ts';

/** Runs are counted up to here: nobody pages through more. */
const MOST_COUNTED = 10_000;

const list = createRoute({
  method: 'get',
  path: '/api/runs',
  summary: 'Runs, filtered, sorted, by page',
  request: {
    query: z.object({
      filter: z.string().max(2000).optional().openapi({ example: 'status:failed metrics.mAP50>0.5 since:7d' }),
      sort: z
        .string()
        .max(200)
        .optional()
        .openapi({ description: 'newest, oldest, longest, name, metrics.NAME, -metrics.NAME' }),
      limit: count(1, 200, 50),
      after,
    }),
  },
  responses: answers(RunPage, 'One page'),
});

const show = createRoute({
  method: 'get',
  path: '/api/runs/{ref}',
  summary: 'One run with its steps',
  request: { params: runParam },
  responses: answers(Run, 'The run'),
});

const links = createRoute({
  method: 'get',
  path: '/api/runs/{ref}/links',
  summary: 'Its page, or that of one of its steps, in the tracker of the stack, which is asked for it',
  request: { params: runParam, query: z.object({ step: z.string().max(500).optional() }) },
  responses: answers(RunLinks, 'Addresses'),
});

const metrics = createRoute({
  method: 'get',
  path: '/api/runs/{ref}/metrics',
  summary: 'What the steps of a run told their tracker; curves of at most 2,000 points',
  request: { params: runParam, query: z.object({ names: listOf(), steps: listOf() }) },
  responses: answers(RunMetrics, 'Curves and values'),
});

export function addRunRoutes(app: ServerApp, context: ServerContext): void {
  const { stack, project, now } = context;
  const store = stack.metadataStore;
  app.openapi(list, async (c) => {
    const { filter = '', sort, limit, after: mark } = c.req.valid('query');
    const where = parseRunFilter(filter, now());
    const query: RunFilter = {
      where,
      sort: parseRunSort(sort ?? 'newest'),
      limit,
      ...(mark !== undefined && { after: mark }),
    };
    const { items, next } = await store.overviewRuns(query);
    // What is on one page need not be looked for again: a word that fits nothing is looked for in every name.
    const isAll = mark === undefined && next === null;
    const total = isAll ? items.length : await store.countRuns(query, MOST_COUNTED + 1);
    const surroundings = { project, now: now() };
    return c.json(
      {
        items: items.map((run) => runSummary(run, surroundings)),
        next,
        total: Math.min(total, MOST_COUNTED),
        moreThanTotal: total > MOST_COUNTED,
      },
      200,
    );
  });
  app.openapi(show, async (c) => c.json(await runView(context, c.req.valid('param').ref), 200));
  app.openapi(links, async (c) => {
    const run = await findRun(store, c.req.valid('param').ref);
    return c.json({ tracker: await trackerPage(context, run, c.req.valid('query').step) }, 200);
  });
  app.openapi(metrics, async (c) => {
    const { names, steps } = c.req.valid('query');
    const run = await findRunId(store, c.req.valid('param').ref);
    return c.json(await runMetrics(store, run, { names, nodes: steps }), 200);
  });
}
