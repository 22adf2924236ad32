import { createRoute, z } from '@hono/zod-openapi';
import { explainStepRun } from '../../cache/explain-step-run.ts';
import { LogPage } from '../api/log.ts';
import { Step, Why } from '../api/step.ts';
import type { ServerApp } from '../create-app.ts';
import type { ServerContext } from '../server-context.ts';
import { findRunId } from '../views/find-run.ts';
import { stepRunOf } from '../views/step-run-id.ts';
import { stepView } from '../views/step-view.ts';
import { after, answers, count, listOf, nodeParam, runParam } from './answers.ts';
import { logDownload, logPage } from './log-answers.ts';

const show = createRoute({
  method: 'get',
  path: '/api/runs/{ref}/steps/{node}',
  summary: 'One step of a run: attempts, inputs, outputs, key',
  request: { params: nodeParam },
  responses: answers(Step, 'The step run'),
});

const why = createRoute({
  method: 'get',
  path: '/api/runs/{ref}/steps/{node}/why',
  summary: 'Why a step was a hit or a miss, with the parts of the key that differ',
  request: { params: nodeParam },
  responses: answers(Why, 'The verdict'),
});

const MOST_ATTEMPTS = 1_000_000;
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

const logs = createRoute({
  method: 'get',
  path: '/api/runs/{ref}/logs',
  summary: 'Log lines of all steps by time, from the end',
  request: {
    params: runParam,
    query: z.object({
      step: listOf(200),
      level: listOf()
        .pipe(z.array(z.enum(LEVELS)).optional())
        .openapi({ type: 'string', description: LEVELS.join(', ') }),
      search: z.string().max(500).optional(),
      attempt: z.coerce.number().int().min(1).max(MOST_ATTEMPTS).optional().openapi({ type: 'integer' }),
      after,
      before: after,
      limit: count(1, 5000, 500),
    }),
  },
  responses: answers(LogPage, 'One page, its lines by time'),
});

const download = createRoute({
  method: 'get',
  path: '/api/runs/{ref}/logs/download',
  summary: 'The whole log as text',
  request: { params: runParam, query: z.object({ step: listOf(200) }) },
  responses: { 200: { description: 'Text, one line each', content: { 'text/plain': { schema: z.string() } } } },
});

export function addStepRoutes(app: ServerApp, context: ServerContext): void {
  const store = context.stack.metadataStore;
  app.openapi(show, async (c) => {
    const { ref, node } = c.req.valid('param');
    return c.json(await stepView(context, ref, node), 200);
  });
  app.openapi(why, async (c) => {
    const { ref, node } = c.req.valid('param');
    const run = await findRunId(store, ref);
    const found = await explainStepRun({ store, run, node });
    return c.json(
      {
        verdict: found.verdict === 'none' ? null : found.verdict,
        reason: found.reason,
        origin: found.origin === null ? null : stepRunOf(found.origin),
        nearest: found.nearest === null ? null : stepRunOf(found.nearest),
        differences: found.differences.map(({ part, before, after: now, code }) => ({
          part,
          before,
          after: now,
          code: code ? { ...code, symbol: code.symbol ?? '' } : null,
        })),
      },
      200,
    );
  });
  app.openapi(logs, async (c) => {
    const run = await findRunId(store, c.req.valid('param').ref);
    return c.json(await logPage(store, run, c.req.valid('query')), 200);
  });
  // A stream is none of the answers whose type the library checks.
  app.openAPIRegistry.registerPath(download);
  app.get(download.getRoutingPath(), async (c) => {
    const run = await findRunId(store, c.req.param('ref'));
    return logDownload(store, run, c.req.query('step')?.split(','));
  });
}
