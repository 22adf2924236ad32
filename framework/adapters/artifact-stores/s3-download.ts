import type { IncomingMessage } from 'node:http';
import type { S3Connection, S3Request } from './s3-connection.ts';
import { passing } from './s3-connection.ts';
import { PassingFault } from './s3-fault.ts';

/** Bytes of one range: big enough that its request costs nothing beside it. */
const RANGE = 8 << 20;
/** Bytes handed on at once: the network's chunks come by the thousand, and whoever writes them waits for another thread each time. */
const GATHERED = 1 << 20;

export interface Download {
  /** Bytes. */
  readonly size: number;
  /** In order. Nothing is checked here but their number. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface Part {
  readonly object: string;
  readonly action: string;
  /** Half open. */
  readonly from: number;
  readonly to: number;
}

/** An object's first range, on its way. */
export interface FirstRange {
  readonly part: Part;
  readonly response: IncomingMessage;
  /** Bytes of the object. */
  readonly size: number;
}

/**
 * Begins to read an object. An empty one has no range: `size` is 0.
 * @returns undefined when there is no such object. @throws what `S3Connection.ask` throws.
 */
export async function openFirst(
  connection: S3Connection,
  { object, action }: { readonly object: string; readonly action: string },
): Promise<FirstRange | { readonly size: 0 } | undefined> {
  const request = rangeRequest({ object, action, from: 0, to: RANGE });
  const response = await connection.retry(action, () => connection.open(request, [200, 206, 404, 416]));
  const size = totalSize(response);
  if (response.statusCode === 404 || response.statusCode === 416) {
    response.resume();
    // An empty object has no first byte.
    return response.statusCode === 404 ? undefined : { size: 0 };
  }
  // A server that does not know ranges sends all of it.
  const to = response.statusCode === 200 ? size : Math.min(size, RANGE);
  return { part: { object, action, from: 0, to }, response, size };
}

/**
 * An object's bytes: the first range as it comes, the next `concurrency - 1` ranges fetched meanwhile, so memory is at most so many ranges of
 * 8 MiB. A range whose connection breaks goes on where it broke.
 *
 * @throws what `S3Connection.ask` throws, from `chunks`.
 */
export function download(
  connection: S3Connection,
  first: FirstRange | { readonly size: 0 },
  concurrency: number,
): Download {
  if (!('part' in first)) return { size: 0, chunks: none() };
  const { part, response, size } = first;
  return { size, chunks: gathered(inOrder(connection, { first: part, response, size, concurrency })) };
}

async function* none(): AsyncGenerator<Uint8Array> {}

async function* gathered(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let [chunks, bytes]: [Uint8Array[], number] = [[], 0];
  const join = (): Uint8Array => (chunks.length === 1 && chunks[0]) || Buffer.concat(chunks, bytes);
  for await (const chunk of source) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes < GATHERED) continue;
    yield join();
    [chunks, bytes] = [[], 0];
  }
  if (bytes > 0) yield join();
}

interface Start {
  readonly first: Part;
  readonly response: IncomingMessage;
  readonly size: number;
  readonly concurrency: number;
}

async function* inOrder(connection: S3Connection, start: Start): AsyncGenerator<Uint8Array> {
  const { first, response, size, concurrency } = start;
  const underWay: Promise<Buffer>[] = [];
  const free: Buffer[] = [];
  const abort = new AbortController();
  let next = first.to;
  const fetchAhead = (): void => {
    while (underWay.length < concurrency - 1 && next < size) {
      const part = { ...first, from: next, to: Math.min(size, next + RANGE) };
      const fetched = fetchPart(connection, part, { signal: abort.signal, block: free.pop() });
      // It is awaited in its turn; until then its failure is nobody's.
      fetched.catch(() => {});
      underWay.push(fetched);
      next = part.to;
    }
  };
  try {
    fetchAhead();
    yield* continued(connection, first, response);
    for (fetchAhead(); underWay.length > 0; fetchAhead()) {
      const block = (await underWay.shift()) as Buffer;
      yield* copies(block);
      free.push(block);
    }
  } finally {
    abort.abort();
    response.destroy();
  }
}

/** Copies, because a block serves again for a later range: fresh memory for each costs more, and the network's chunks, kept till then, much more. */
function* copies(block: Buffer): Generator<Uint8Array> {
  for (let at = 0; at < block.byteLength; at += GATHERED) yield Buffer.from(block.subarray(at, at + GATHERED));
}

/** @param options.block of an earlier range. */
async function fetchPart(
  connection: S3Connection,
  part: Part,
  options: { readonly signal: AbortSignal; readonly block: Buffer | undefined },
): Promise<Buffer> {
  const size = part.to - part.from;
  const bytes = (options.block ?? Buffer.allocUnsafe(size)).subarray(0, size);
  let at = 0;
  for await (const chunk of continued(connection, part)) {
    options.signal.throwIfAborted();
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

/** The bytes of one range, whatever connections break meanwhile: each try that brings bytes begins a new time of patience. */
export async function* continued(
  connection: S3Connection,
  part: Part,
  opened?: IncomingMessage,
): AsyncGenerator<Uint8Array> {
  let [at, response] = [part.from, opened];
  while (at < part.to) {
    const request = rangeRequest({ ...part, from: at });
    response ??= await connection.retry(part.action, () => connection.open(request, [206]));
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        const taken = chunk.subarray(0, part.to - at);
        at += taken.byteLength;
        yield taken;
      }
      if (at < part.to) throw new PassingFault('the connection broke');
    } catch (error) {
      if (!(passing(error) instanceof PassingFault)) throw error;
    } finally {
      response.destroy();
    }
    response = undefined;
  }
}

const rangeRequest = ({ object, action, from, to }: Part): S3Request => ({
  method: 'GET',
  action,
  object,
  headers: { range: `bytes=${from}-${to - 1}` },
});

/** Of the whole object, from an answer about a part of it. */
function totalSize({ headers }: IncomingMessage): number {
  const total = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  return Number(total ?? headers['content-length'] ?? 0);
}
