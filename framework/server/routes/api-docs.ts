import type { ServerApp } from '../create-app.ts';
import type { ServerContext } from '../server-context.ts';
import { docsPage } from '../views/docs-page.ts';

/** `/api/openapi.json`, and the same as a page that needs neither a script nor another host. */
export function addApiDocs(app: ServerApp, { version }: ServerContext): void {
  const description = () => app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Sluice viewer', version } });
  app.get('/api/openapi.json', (c) => c.json(description()));
  app.get('/api/docs', (c) => c.html(docsPage(description())));
}
