import { readFileSync } from 'node:fs';
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import type { Client } from 'minio';
import { SluiceError, sluiceError } from '../../errors.ts';
import { systemReason } from '../../hashing/system-reason.ts';
import { retryPassing } from './retry-passing.ts';
import { fits, type S3Checksum } from './s3-checksum.ts';
import { MISMATCH, PassingFault, refusalError, type S3Action, type S3Refusal } from './s3-fault.ts';

export interface S3ConnectionOptions {
  /** `http://host:9000`, `https://s3.eu-central-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Folder inside the bucket, without slashes at its ends; empty for none. */
  readonly prefix: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string;
  /** `endpoint/bucket/…`; else `bucket.endpoint/…`. */
  readonly pathStyle: boolean;
  /** File with the certificate that signs the server's, in PEM. */
  readonly caFile?: string;
  /** How long what passes by itself is tried again. */
  readonly retryForMs: number;
  /** A connection that is silent for so long is lost. */
  readonly silentForMs: number;
}

export interface S3Request {
  readonly method: S3Action['method'];
  /** In words, after "could not": `read objects/ab/cdef`. Begins with `list` for listings. */
  readonly action: string;
  /** Full name in the bucket; absent for the bucket itself. */
  readonly object?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** The server refuses a body that does not have it. */
  readonly checksum?: S3Checksum;
}

export interface S3Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export interface S3Link {
  readonly url: string;
  /** Certificate that signs the server's, in PEM. */
  readonly ca: string | undefined;
  readonly silentForMs: number;
}

/** One bucket of one server, through requests that are signed, tried again and refused in words. */
export interface S3Connection {
  /** URL of bucket and prefix, without credentials. */
  readonly location: string;
  readonly bucket: string;
  /**
   * The whole answer, when its status is one of `accepted`. Tries again for `retryForMs`: every request here may be sent twice.
   * @throws ERR_STORE_UNREACHABLE, ERR_STORE_REFUSED, ERR_STORE_WRITE (no room).
   */
  ask(request: S3Request, accepted: readonly number[]): Promise<S3Answer>;
  /** One try, its body still to come (not that of an accepted 404). @throws PassingFault, and what `ask` does. */
  open(request: S3Request, accepted: readonly number[]): Promise<IncomingMessage>;
  /** An address that gives the object for an hour to whoever asks there, any range of it; it must not be printed. */
  link(object: string): Promise<S3Link>;
  /** `work` again as long as it throws PassingFault; then ERR_STORE_UNREACHABLE. */
  retry<T>(action: string, work: () => Promise<T>): Promise<T>;
  close(): void;
}

/** Sockets at a time. Each request beyond waits for one. */
const SOCKETS = 32;
/** Seconds that a link is good for. */
const LINK_S = 3600;
/** Everything the library may hand us: it knows too little of an error, so all are read here. */
const EVERY_STATUS: readonly number[] = Array.from({ length: 500 }, (_, i) => 100 + i);
/** The server is busy, starts, or stands behind something that can't reach it. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 499, 500, 502, 503, 504, 520]);

/** Opens nothing before the first request. @throws ERR_STORE_OPEN for an endpoint or a certificate that can't be used. */
export function s3Connection(options: S3ConnectionOptions): S3Connection {
  const { bucket, prefix, retryForMs } = options;
  const endpoint = parseEndpoint(options.endpoint);
  const location = [endpoint.origin, bucket, prefix].filter((part) => part !== '').join('/');
  const isTls = endpoint.protocol === 'https:';
  const agent = isTls ? httpsAgent(options) : new HttpAgent(AGENT);
  let client: Promise<Client> | undefined;

  async function createClient(): Promise<Client> {
    const { Client } = await import('minio');
    const created = new Client({
      endPoint: endpoint.hostname,
      ...(endpoint.port === '' ? {} : { port: Number(endpoint.port) }),
      useSSL: isTls,
      region: options.region,
      accessKey: options.accessKey,
      secretKey: options.secretKey,
      ...(options.sessionToken === undefined ? {} : { sessionToken: options.sessionToken }),
      pathStyle: options.pathStyle,
      transportAgent: agent,
      transport: { request: send },
      // Its own repetition prints to the console and forgets why.
      retryOptions: { disableRetry: true },
    });
    // Signatures leave the bodies out, with TLS or without: to sign them is to hash every byte once more here and once more there. What the
    // server checks of a body is `checksum`, a header, and headers are signed.
    created.enableSHA256 = false;
    return created;
  }

  /** `http.request`, except that a server which is busy is an error to try again after, with what it said. */
  const send = (request: RequestOptions | string | URL, ...more: readonly unknown[]): ClientRequest => {
    const onResponse = more.at(-1) as (response: IncomingMessage) => void;
    const sent = (isTls ? httpsRequest : httpRequest)(request, (response) => {
      if (!PASSING.has(response.statusCode ?? 0)) return onResponse(response);
      void text(response).then(
        (body) => sent.emit('error', new PassingFault(refusalOf(response, body).message)),
        (error: unknown) => sent.emit('error', error),
      );
    });
    sent.setTimeout(options.silentForMs, () =>
      sent.destroy(new PassingFault(`the connection was silent for ${options.silentForMs / 1000} s`)),
    );
    return sent;
  };

  /** @throws PassingFault for a connection that broke. */
  async function once({ method, object, query, headers, body, checksum }: S3Request): Promise<IncomingMessage> {
    client ??= createClient();
    const payload = body ?? '';
    const request = {
      method,
      bucketName: bucket,
      ...(object === undefined ? {} : { objectName: object }),
      ...(query === undefined ? {} : { query }),
      headers: {
        ...headers,
        ...(method === 'GET' || method === 'HEAD' ? {} : { 'content-length': String(payload.length) }),
        ...(checksum && { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value }),
      },
    };
    const ready = await client;
    try {
      return await ready.makeRequestStreamAsync(request, payload, '', [...EVERY_STATUS], options.region);
    } catch (error) {
      throw passing(error);
    }
  }

  async function refused(request: S3Request, response: IncomingMessage, body: string): Promise<never> {
    let refusal = refusalOf(response, body);
    if (request.method === 'HEAD' && refusal.status === 403 && refusal.code === '403') {
      // An answer without a body: the same question as GET has the reason.
      const answer = await once({ ...request, method: 'GET', headers: { range: 'bytes=0-0' } });
      const reason = await bodyOf(answer);
      if (answer.statusCode === 403) refusal = refusalOf(answer, reason);
    }
    const { body: sent, checksum } = request;
    if (MISMATCH.has(refusal.code) && sent && checksum && fits(sent, checksum)) {
      throw new PassingFault('bytes were changed on the way to it');
    }
    throw refusalError(refusal, { ...request, bucket, location });
  }

  async function open(request: S3Request, accepted: readonly number[]): Promise<IncomingMessage> {
    const response = await once(request);
    const { statusCode = 0, headers } = response;
    if (!accepted.includes(statusCode)) return refused(request, response, await bodyOf(response));
    if (statusCode !== 404) return response;
    // No such object is an answer, no such bucket is not.
    const body = await bodyOf(response);
    const isBucketGone = headers['x-minio-error-code'] === 'NoSuchBucket' || body.includes('<Code>NoSuchBucket<');
    return isBucketGone ? refused(request, response, body) : response;
  }

  async function retry<T>(action: string, work: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await retryPassing(work, { forMs: retryForMs });
    } catch (error) {
      // Refusals are in words; a certificate that does not fit is not, and does not pass.
      if (!(error instanceof Error) || error instanceof SluiceError || !isSystemFault(error)) throw error;
      const seconds = Math.round((performance.now() - start) / 1000);
      const args = { store: 'minio', location, action, reason: error.message, seconds };
      throw sluiceError('ERR_STORE_UNREACHABLE', args, error);
    }
  }

  return {
    location,
    bucket,
    open,
    async link(object) {
      client ??= createClient();
      const url = await (await client).presignedUrl('GET', bucket, object, LINK_S);
      const ca = options.caFile === undefined ? undefined : readFileSync(options.caFile, 'utf8');
      return { url, ca, silentForMs: options.silentForMs };
    },
    retry,
    ask: (request, accepted) =>
      retry(request.action, async () => {
        const response = await open(request, accepted);
        const isRead = response.statusCode === 404;
        const body = isRead ? '' : await bodyOf(response);
        return { status: response.statusCode ?? 0, headers: response.headers, text: body };
      }),
    close: () => agent.destroy(),
  };
}

/** @throws PassingFault for a connection that breaks meanwhile. */
async function bodyOf(response: IncomingMessage): Promise<string> {
  try {
    return await text(response);
  } catch (error) {
    throw passing(error);
  }
}

const AGENT = { keepAlive: true, maxSockets: SOCKETS, scheduling: 'lifo' } as const;

function httpsAgent({ caFile }: S3ConnectionOptions): HttpsAgent {
  if (caFile === undefined) return new HttpsAgent(AGENT);
  try {
    return new HttpsAgent({ ...AGENT, ca: readFileSync(caFile) });
  } catch (error) {
    throw sluiceError('ERR_STORE_OPEN', { store: 'minio', path: caFile, reason: systemReason(error) }, error);
  }
}

function parseEndpoint(endpoint: string): URL {
  const url = URL.parse(endpoint);
  const isBare = url?.pathname === '/' && url.search === '' && url.username === '' && url.password === '';
  if (isBare && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  const reason = 'its endpoint must be http://HOST:PORT or https://HOST, without a path and without credentials';
  throw sluiceError('ERR_STORE_OPEN', { store: 'minio', path: url?.host ?? 'its endpoint', reason });
}

const isSystemFault = (error: Error): boolean => error instanceof PassingFault || 'code' in error;

/** Faults of the network are tried again; a certificate that does not fit is not. */
export function passing(error: unknown): unknown {
  if (error instanceof PassingFault || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  const words = NETWORK[code];
  return words === undefined ? error : new PassingFault(`${words} (${code})`, { cause: error });
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  ECONNABORTED: 'the connection broke',
  EPIPE: 'the connection broke',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'the host can not be reached',
  ENETUNREACH: 'the network can not be reached',
  ENETDOWN: 'the network is down',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  HPE_INVALID_CONSTANT: 'the answer was no HTTP',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection broke',
};

/** The few fields of S3's error document; a server may also say it in headers, which answers to HEAD need. */
function refusalOf({ statusCode = 0, headers }: IncomingMessage, body: string): S3Refusal {
  const field = (name: string): string | undefined => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1];
  const inHeader = (name: string): string | undefined =>
    headers[`x-minio-error-${name}`]?.toString().replaceAll('"', '');
  const serverTime = Date.parse(headers.date ?? '');
  return {
    status: statusCode,
    code: field('Code') ?? inHeader('code') ?? String(statusCode),
    message: field('Message') ?? inHeader('desc') ?? `HTTP status ${statusCode}`,
    serverTime: Number.isNaN(serverTime) ? undefined : serverTime,
  };
}
