import { createRoute, z } from '@hono/zod-openapi';
import { Comparison } from '../api/comparison.ts';
import type { ServerApp } from '../create-app.ts';
import type { ServerContext } from '../server-context.ts';
import { compareRuns } from '../views/compare-runs.ts';
import { comparisonCsv } from '../views/comparison-csv.ts';
import { answers, listOf } from './answers.ts';

const MOST_RUNS = 20;

const query = z.object({
  runs: listOf(MOST_RUNS).refine((runs) => (runs?.length ?? 0) >= 2, { message: 'names at least 2' }),
});

const compare = createRoute({
  method: 'get',
  path: '/api/compare',
  summary: '2 to 20 runs side by side',
  request: { query },
  responses: answers(Comparison, 'What they have, and whether it differs'),
});

const csv = createRoute({
  method: 'get',
  path: '/api/compare.csv',
  summary: 'The same as a table to download',
  request: { query },
  responses: { 200: { description: 'Comma-separated values', content: { 'text/csv': { schema: z.string() } } } },
});

export function addCompareRoutes(app: ServerApp, context: ServerContext): void {
  app.openapi(compare, async (c) => c.json(await compareRuns(context, c.req.valid('query').runs ?? []), 200));
  // Text is none of the answers whose type the library checks.
  app.openAPIRegistry.registerPath(csv);
  app.get(csv.getRoutingPath(), async (c) => {
    const { runs = [] } = query.parse(c.req.query());
    return c.body(comparisonCsv(await compareRuns(context, runs)), 200, {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="comparison.csv"',
    });
  });
}
