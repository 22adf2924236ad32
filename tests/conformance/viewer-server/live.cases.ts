import { expect } from 'vitest';
import type { Case } from '../conformance.ts';
import { NOON, sampleRun, sampleStep } from '../metadata-store/sample-records.ts';
import type { ViewerServerSubject } from './subject.ts';

interface Line {
  /** Everything up to a match; what comes later is left for the next call. */
  came(pattern: RegExp): Promise<RegExpExecArray>;
  close(): Promise<void>;
}

async function listen(server: ViewerServerSubject, headers: Record<string, string> = {}): Promise<Line> {
  const answer = await server.get('/api/events', headers);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const reader = answer.body!.getReader();
  const decoder = new TextDecoder();
  let text = '';
  return {
    async came(pattern) {
      for (;;) {
        const found = pattern.exec(text);
        if (found) {
          text = text.slice(found.index + found[0].length);
          return found;
        }
        const { value, done } = await reader.read();
        if (done) throw new Error(`It ended without ${pattern}: ${text}`);
        text += decoder.decode(value, { stream: true });
      }
    },
    close: () => reader.cancel(),
  };
}

/** The mark of an event that tells of a run; null stands for every run. */
const tellsOf = (run: string): RegExp =>
  new RegExp(`id: (\\S+)\\nevent: runs\\ndata: \\{"runs":(null|\\[[^\\]]*"${run}"[^\\]]*\\])\\}\\n\\n`);
const state = (run: string, status: string): RegExp => new RegExp(`"id":"${run}","status":"${status}"`);

export const LIVE_CASES: readonly Case<ViewerServerSubject>[] = [
  [
    'tells what another process does to a run, from its beginning to its end',
    async (server) => {
      const { metadataStore: other } = await server.another();
      const line = await listen(server);
      await other.createRun(sampleRun('run-1'), [sampleStep('run-1', 'load')]);
      await line.came(tellsOf('run-1'));
      await line.came(state('run-1', 'running'));
      await other.appendLogs('run-1/load', 1, [{ time: NOON, level: 'info', source: 'log', message: 'hello' }]);
      await line.came(tellsOf('run-1'));
      await other.updateRun('run-1', { status: 'succeeded', endedAt: NOON + 1 });
      await line.came(state('run-1', 'succeeded'));
      await line.close();
    },
  ],
  [
    'goes on for who comes back where he left, by header and by query',
    async (server) => {
      const { metadataStore: other } = await server.another();
      const line = await listen(server);
      await other.createRun(sampleRun('run-1'), []);
      const [, last = ''] = await line.came(tellsOf('run-1'));
      await line.close();
      expect(server.live.listeners).toBe(0);
      // Somebody else listens on, so that it is known when what the first one misses has been told.
      const witness = await listen(server);
      await other.createRun(sampleRun('run-2'), []);
      await witness.came(tellsOf('run-2'));
      await (await listen(server, { 'last-event-id': last })).came(tellsOf('run-2'));
      const byQuery = await server.get(`/api/events?lastEventId=${encodeURIComponent(last)}`);
      expect(new TextDecoder().decode((await byQuery.body!.getReader().read()).value)).toContain('retry:');
      // A mark of another start of the server: it looks at everything.
      await (await listen(server, { 'last-event-id': 'other.7' })).came(/"runs":null/);
    },
  ],
  [
    'keeps no line for who only asks whether there is one',
    async (server) => {
      const head = await server.app.request('http://127.0.0.1:7717/api/events', {
        method: 'HEAD',
        headers: { host: '127.0.0.1:7717' },
      });
      expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
      expect(server.live.listeners).toBe(0);
    },
  ],
];
