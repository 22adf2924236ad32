import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ArtifactStore } from '../../components/artifact-store.ts';
import type { Digest } from '../../hashing/digest.ts';

/** Both ends belong to it, counted from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The range that a request asks for (RFC 9110, 14). Undefined: the whole, also for what is no range of bytes and for several at once, which a server
 * may answer with the whole. Null: one that begins behind the end.
 *
 * @param header `bytes=0-99`, `bytes=100-`, `bytes=-100`.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | null | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '')
    return Number(last) === 0 || size === 0 ? null : { start: Math.max(0, size - Number(last)), end: size - 1 };
  const [start, end] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)];
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? null : { start, end };
}

/** The bytes of a range: from the file, where the store has one; otherwise from the stream of the whole, up to the range's end. */
export async function readRange(
  store: Pick<ArtifactStore, 'capabilities' | 'localPath' | 'read'>,
  digest: Digest,
  range: ByteRange,
): Promise<Readable> {
  const path = store.capabilities.localPaths ? await store.localPath(digest) : undefined;
  return path === undefined
    ? Readable.from(within(await store.read(digest), range))
    : createReadStream(path, { ...range });
}

async function* within(stream: AsyncIterable<Uint8Array>, { start, end }: ByteRange): AsyncIterable<Uint8Array> {
  let at = 0;
  for await (const chunk of stream) {
    const part = chunk.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at));
    if (part.length > 0) yield part;
    at += chunk.length;
    if (at > end) return;
  }
}
