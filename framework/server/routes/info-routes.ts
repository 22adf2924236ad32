import { createRoute, z } from '@hono/zod-openapi';
import { filterProblem } from '../../filter/parse-run-filter.ts';
import { suggestRunFilter } from '../../filter/suggest-run-filter.ts';
import { namedPipelines, pipelineNames } from '../../stack/find-pipeline.ts';
import { stackNames } from '../../stack/stack-config.ts';
import { Info } from '../api/info.ts';
import { Suggestions } from '../api/suggestion.ts';
import type { ServerApp } from '../create-app.ts';
import type { ServerContext } from '../server-context.ts';
import { hidePaths } from '../views/hide-paths.ts';
import { answers } from './answers.ts';

const info = createRoute({
  method: 'get',
  path: '/api/info',
  summary: 'Where this viewer is, and what may be done in it',
  responses: answers(Info, 'Project, stack, role'),
});

const suggest = createRoute({
  method: 'get',
  path: '/api/filter/suggest',
  summary: 'What may be written next in a filter of runs, and what is wrong with it',
  request: {
    query: z.object({
      text: z.string().max(2000).default(''),
      cursor: z.coerce.number().int().min(0).max(2000).optional().openapi({ type: 'integer' }),
    }),
  },
  responses: answers(Suggestions, 'What stands in place of the characters `from` to `to`'),
});

export function addInfoRoutes(app: ServerApp, context: ServerContext): void {
  const { stack, project, version, now } = context;
  app.openapi(info, (c) => {
    const role = c.get('role');
    return c.json(
      {
        project: project.dir.split(/[\\/]/).at(-1) ?? '',
        stack: stack.name,
        stacks: stackNames(project),
        version,
        role,
        writable: role === 'operate',
        now: now(),
        pipelines: namedPipelines(project).map(({ name, file }) => ({ name, source: hidePaths(file, project) })),
      },
      200,
    );
  });
  app.openapi(suggest, async (c) => {
    const { text, cursor = text.length } = c.req.valid('query');
    const found = await suggestRunFilter({
      text,
      cursor: Math.min(cursor, text.length),
      store: stack.metadataStore,
      pipelines: pipelineNames(project),
      stacks: stackNames(project),
    });
    return c.json({ ...found, problem: filterProblem(text, now()) ?? null }, 200);
  });
}
