import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Readable | undefined;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** Sends requests over connections that are kept open between them. */
export interface HttpSender {
  /** @throws what the connection, the signal or the body throws. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): void;
}

/** Servers close connections that were idle for two seconds and more; a request that meets such an end would count as a fault. */
const IDLE_MS = 1500;
const AGENT = { keepAlive: true, timeout: IDLE_MS } as const;

/** On Node's own client: `fetch` costs a tenth of a whole cached run to load. Redirects are not followed: the address is what the stack says. */
export function createHttpSender(uri: string): HttpSender {
  const isTls = uri.startsWith('https:');
  const agent = isTls ? new HttpsAgent(AGENT) : new HttpAgent(AGENT);
  const start = (url: string, options: RequestOptions): ClientRequest =>
    (isTls ? httpsRequest : httpRequest)(url, { ...options, agent });

  return {
    async send({ method, url, headers, body, signal }) {
      signal.throwIfAborted();
      const request = start(url, { method, headers: { ...headers, ...lengthOf(body) }, signal });
      const answered = Promise.withResolvers<IncomingMessage>();
      request.once('response', answered.resolve).on('error', answered.reject);
      // A server may answer before it has read everything, and then the rest of a body has nowhere to go.
      const sent = body === undefined || typeof body === 'string' ? void request.end(body) : pipeline(body, request);
      const response = await Promise.race([answered.promise, failureOf(sent)]);
      return { status: response.statusCode ?? 0, headers: response.headers, text: await text(response) };
    },
    close: () => agent.destroy(),
  };
}

/** Never resolves; an answer does. */
async function failureOf(sent: Promise<void> | undefined): Promise<never> {
  await sent;
  return new Promise(() => {});
}

const lengthOf = (body: HttpRequest['body']): Readonly<Record<string, string>> =>
  typeof body === 'string' ? { 'content-length': String(Buffer.byteLength(body)) } : {};
