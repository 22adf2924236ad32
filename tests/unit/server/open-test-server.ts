import { expect, onTestFinished } from 'vitest';
import type { Stack } from '../../../framework/components/stack.ts';
import { createApp, type ServerApp } from '../../../framework/server/create-app.ts';
import type { Launcher } from '../../../framework/server/launch/launcher.ts';
import { type LiveFeed, openLiveFeed } from '../../../framework/server/live/live-feed.ts';
import type { Gate } from '../../../framework/server/security/gate.ts';
import { openTestStack } from '../executor/open-test-stack.ts';
import { documentedAnswers } from './documented-answers.ts';

export const HOST = '127.0.0.1:7717';

export interface TestServer {
  readonly app: ServerApp;
  readonly stack: Stack;
  readonly live: LiveFeed;
  /** What was asked to be started: `run`, `resume` … with its arguments. */
  readonly started: unknown[][];
  /** What went wrong in the server itself. */
  readonly faults: unknown[];
  /** A request as a browser at this very origin sends it. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

/**
 * The viewer's server without a socket, by default over the embedded stack in a folder of its own. Every answer of data that it gives must be as its
 * documentation says.
 */
export async function openTestServer(
  options: {
    readonly stack?: Stack;
    readonly gate?: Partial<Gate>;
    readonly pages?: string;
    readonly launcher?: Partial<Launcher>;
  } = {},
): Promise<TestServer> {
  const stack = options.stack ?? (await openTestStack());
  const started: unknown[][] = [];
  const faults: unknown[] = [];
  const begin =
    (what: string) =>
    async (...words: unknown[]) => {
      started.push([what, ...words]);
      return { id: 'new', name: 'new run' };
    };
  const live = await openLiveFeed(stack.metadataStore, { boot: 'boot', onFault: (fault) => faults.push(fault) });
  onTestFinished(() => live.close());
  const app = createApp({
    stack,
    project: { dir: stack.projectDir, home: stack.home },
    version: '1.2.3',
    gate: { hosts: new Set([HOST]), roleOf: null, openRole: 'operate', cookie: 'sluice_viewer', ...options.gate },
    live,
    launcher: {
      run: begin('run'),
      resume: begin('resume'),
      retry: begin('retry'),
      ask: async () => ({}),
      ...options.launcher,
    },
    pages: options.pages,
    now: Date.now,
    onFault: (fault) => faults.push(fault),
  });
  const documented = documentedAnswers(app);
  const request = async (path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Response> => {
    const url = `http://${HOST}${path}`;
    const answer = await app.request(url, { ...init, headers: { host: HOST, ...init.headers } });
    const { headers, status } = answer;
    if (headers.get('content-type') === 'application/json' && !headers.has('content-encoding')) {
      const body = await answer.clone().json();
      const { pathname } = new URL(url);
      expect(documented.faults({ method: init.method ?? 'GET', path: pathname, status, body })).toEqual([]);
    }
    return answer;
  };
  return {
    app,
    stack,
    live,
    started,
    faults,
    get: (path, headers = {}) => request(path, { headers }),
    send: (method, path, body = {}, headers = {}) =>
      request(path, {
        method,
        body: JSON.stringify(body),
        headers: {
          'content-type': 'application/json',
          origin: `http://${HOST}`,
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
      }),
  };
}
