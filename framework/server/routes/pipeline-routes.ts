import { createRoute, z } from '@hono/zod-openapi';
import { Grid, NewRun, Pipeline, PipelineList } from '../api/pipeline.ts';
import { StartedRun } from '../api/run.ts';
import type { ServerApp } from '../create-app.ts';
import type { ServerContext } from '../server-context.ts';
import { pipelineList, pipelineReference, pipelineView } from '../views/pipeline-view.ts';
import { runGrid } from '../views/run-grid.ts';
import { accepted, answers, count } from './answers.ts';

/** A name, never a path: what it leads to is run. */
const nameParam = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]{0,199}$/, 'is not the name of a pipeline')
    .openapi({ param: { name: 'name', in: 'path' } }),
});

const list = createRoute({
  method: 'get',
  path: '/api/pipelines',
  summary: 'Pipelines of the project, and those that have runs',
  responses: answers(PipelineList, 'All of them'),
});

const show = createRoute({
  method: 'get',
  path: '/api/pipelines/{name}',
  summary: 'A pipeline and the JSON schema of its parameters',
  request: { params: nameParam },
  responses: answers(Pipeline, 'The pipeline'),
});

const grid = createRoute({
  method: 'get',
  path: '/api/pipelines/{name}/grid',
  summary: 'Its steps in its newest runs',
  request: { params: nameParam, query: z.object({ limit: count(1, 100, 30) }) },
  responses: answers(Grid, 'Steps × runs'),
});

const run = createRoute({
  method: 'post',
  path: '/api/pipelines/{name}/runs',
  summary: 'Start a run, as a process of its own',
  request: { params: nameParam, body: { required: true, content: { 'application/json': { schema: NewRun } } } },
  responses: accepted(StartedRun, 'The run, recorded'),
});

export function addPipelineRoutes(app: ServerApp, context: ServerContext): void {
  const { launcher } = context;
  const view = pipelineView(context);
  app.openapi(list, async (c) => c.json({ items: await pipelineList(context) }, 200));
  app.openapi(show, async (c) => c.json(await view(c.req.valid('param').name), 200));
  app.openapi(grid, async (c) => {
    const { limit } = c.req.valid('query');
    return c.json(await runGrid(context, c.req.valid('param').name, limit), 200);
  });
  app.openapi(run, async (c) => {
    const reference = await pipelineReference(context, c.req.valid('param').name);
    return c.json(await launcher.run(reference, c.req.valid('json')), 202);
  });
}
