import { sluiceError } from '../../errors.ts';
import type { ServerApp } from '../create-app.ts';
import { eventStream } from '../live/event-stream.ts';
import type { ServerContext } from '../server-context.ts';

/** Each costs memory, and no project has so many people. */
const MOST_CLIENTS = 12_000;

/** `GET /api/events`: what changes, as server-sent events. */
export function addEventRoute(app: ServerApp, { live }: ServerContext): void {
  app.get('/api/events', (c) => {
    if (live.listeners >= MOST_CLIENTS) {
      const problem = `${MOST_CLIENTS} pages are listening already.`;
      throw sluiceError('ERR_VIEWER', { problem, fix: 'Close some of them.' });
    }
    const lastId = c.req.header('last-event-id') ?? c.req.query('lastEventId');
    return new Response(eventStream(live, { lastId }), {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      },
    });
  });
}
