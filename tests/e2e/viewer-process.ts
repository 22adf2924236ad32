import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type StartedCommand, startSluice } from './sluice-command.ts';

export interface Viewer {
  /** `http://127.0.0.1:40123` */
  readonly url: string;
  /** What `sluice viewer` printed, with a token where it made one. */
  readonly link: string;
  /** Its folder's note of who serves it. */
  readonly pid: number;
  readonly command: StartedCommand;
  json<T>(path: string): Promise<T>;
  send(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** `sluice viewer` as a process of its own on a free port; it ends with the test. */
export async function startViewer(
  cwd: string,
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Viewer> {
  const command = startSluice(['viewer', '--port', '0', '--quiet', ...flags], { cwd, env });
  onTestFinished(async () => {
    command.signal('SIGINT');
    await command.ended;
  });
  const link = (await command.said(/^http\S+\n/)).trim();
  const url = new URL(link).origin;
  const cookie = new URL(link).searchParams.get('token');
  const headers = {
    'content-type': 'application/json',
    ...(cookie === null ? {} : { authorization: `Bearer ${cookie}` }),
  };
  return {
    url,
    link,
    pid: (JSON.parse(readFileSync(join(cwd, '.sluice', 'viewer.json'), 'utf8')) as { readonly pid: number }).pid,
    command,
    async json<T>(path: string): Promise<T> {
      const answer = await fetch(`${url}${path}`, { headers });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    },
    async send(method, path, body = {}) {
      const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) });
      return { status: answer.status, body: await answer.json() };
    },
  };
}

export interface EventLine {
  /** Everything that came so far. */
  readonly text: () => string;
  /** Resolves when it matches. */
  came(pattern: RegExp): Promise<RegExpExecArray>;
  close(): void;
}

/** Opens `/api/events`. */
export function openEvents(url: string, headers: Readonly<Record<string, string>> = {}): Promise<EventLine> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}/api/events`, { headers, agent: false }, (answer) => {
      let text = '';
      const listeners = new Set<() => void>();
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        for (const listener of listeners) listener();
      });
      answer.on('error', () => listeners.clear());
      resolve({
        text: () => text,
        came: (pattern) =>
          new Promise((done) => {
            const look = (): void => {
              const found = pattern.exec(text);
              if (!found) return;
              listeners.delete(look);
              done(found);
            };
            listeners.add(look);
            look();
          }),
        close: () => call.destroy(),
      });
    });
    call.once('error', reject);
    call.end();
  });
}
