import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { sluiceError } from '../errors.ts';
import type { Digest } from './digest.ts';
import { threadHash } from './thread-hash.ts';

/** Bytes from which on a thread of its own hashes a stream: below, it would hardly have started. */
const BIG = 32 << 20;

/**
 * The same bytes, hashed while they pass. At their end the stream fails with ERR_ARTIFACT_DAMAGED when they are not those of `digest`:
 * whoever consumes it must not use what came before the end until the end came.
 *
 * @param size bytes, where they are known: those of a big one are hashed on another core.
 */
export function checkedStream(source: AsyncIterable<Uint8Array>, digest: Digest, store: string, size = 0): Readable {
  async function* checked(): AsyncGenerator<Uint8Array> {
    const found = yield* size < BIG ? hashedHere(source) : hashedElsewhere(source);
    if (found !== digest) throw sluiceError('ERR_ARTIFACT_DAMAGED', { digest, store, found });
  }
  return Readable.from(checked(), { objectMode: false });
}

async function* hashedHere(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, string> {
  const hash = createHash('sha256');
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  return hash.digest('hex');
}

async function* hashedElsewhere(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, string> {
  const hash = threadHash();
  let found: string | undefined;
  try {
    for await (const chunk of source) {
      await hash.update(chunk);
      yield chunk;
    }
    found = await hash.digest();
    return found;
  } finally {
    if (found === undefined) hash.drop();
  }
}
