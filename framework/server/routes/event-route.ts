import { createRoute, z } from '@hono/zod-openapi';
import { sluiceError } from '../../errors.ts';
import type { ServerApp } from '../create-app.ts';
import { eventStream } from '../live/event-stream.ts';
import type { ServerContext } from '../server-context.ts';

/** Each costs memory, and no project has so many people. */
const MOST_CLIENTS = 12_000;

const events = createRoute({
  method: 'get',
  path: '/api/events',
  summary:
    'What changes, as server-sent events: `runs` with the ids of runs that may have changed (null: look at everything), `run` with the state of one',
  request: {
    headers: z.object({ 'last-event-id': z.string().optional() }),
    query: z.object({
      lastEventId: z.string().optional().openapi({ description: 'As the header, for clients that can send none' }),
    }),
  },
  responses: { 200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } } },
});

/** `GET /api/events`: what changes, as server-sent events. */
export function addEventRoute(app: ServerApp, { live }: ServerContext): void {
  // A stream is none of the answers whose type the library checks.
  app.openAPIRegistry.registerPath(events);
  app.get(events.getRoutingPath(), (c) => {
    if (live.listeners >= MOST_CLIENTS) {
      const problem = `${MOST_CLIENTS} pages are listening already.`;
      throw sluiceError('ERR_VIEWER', { problem, fix: 'Close some of them.' });
    }
    const headers = {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    };
    // Nobody would ever read the stream, and so nobody end it.
    if (c.req.method === 'HEAD') return new Response(null, { headers });
    const lastId = c.req.header('last-event-id') ?? c.req.query('lastEventId');
    return new Response(eventStream(live, { lastId }), { headers });
  });
}
