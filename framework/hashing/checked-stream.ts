import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { sluiceError } from '../errors.ts';
import type { Digest } from './digest.ts';

/**
 * The same bytes, hashed while they pass. At their end the stream fails with ERR_ARTIFACT_DAMAGED when they are not those of `digest`:
 * whoever consumes it must not use what came before the end until the end came.
 */
export function checkedStream(source: AsyncIterable<Uint8Array>, digest: Digest, store: string): Readable {
  async function* checked(): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
    const found = hash.digest('hex');
    if (found !== digest) throw sluiceError('ERR_ARTIFACT_DAMAGED', { digest, store, found });
  }
  return Readable.from(checked(), { objectMode: false });
}
