import { createRoute, z } from '@hono/zod-openapi';
import { JsonValue } from '../api/json-value.ts';
import type { ServerApp } from '../create-app.ts';
import type { ServerContext } from '../server-context.ts';
import { docsPage } from '../views/docs-page.ts';

const text = (type: string, description: string) => ({
  200: { description, content: { [type]: { schema: z.string() } } },
});

const health = createRoute({
  method: 'get',
  path: '/api/health',
  summary: 'Whether the server lives; asks for no token',
  responses: text('text/plain', '`ok`'),
});

const json = createRoute({
  method: 'get',
  path: '/api/openapi.json',
  summary: 'This description, for programs',
  responses: {
    200: {
      description: 'OpenAPI 3.1',
      content: { 'application/json': { schema: z.record(z.string(), JsonValue) } },
    },
  },
});

const page = createRoute({
  method: 'get',
  path: '/api/docs',
  summary: 'This description, for people',
  responses: text('text/html', 'A page'),
});

/** `/api/openapi.json`, and the same as a page that needs neither a script nor another host. */
export function addApiDocs(app: ServerApp, { version }: ServerContext): void {
  const description = () => app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Sluice viewer', version } });
  // They answer before the types of answers are known to the library, or with text.
  for (const route of [health, json, page]) app.openAPIRegistry.registerPath(route);
  app.get(json.getRoutingPath(), (c) => c.json(description()));
  app.get(page.getRoutingPath(), (c) => c.html(docsPage(description())));
}
