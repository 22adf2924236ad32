import type { ArtifactStore } from '../components/artifact-store.ts';
import type { Digest } from '../hashing/digest.ts';

/** Bytes. Results that are data are nearly all smaller; what is larger is read again, as it is read seldom. */
const SMALL = 16 << 10;
const MOST_BYTES = 16 << 20;

/**
 * The small objects that this process has just written or read, so that the step after the one that made them needs no disk, and no network.
 * An object never changes, so what is remembered is never wrong; that its bytes are still in the store is the store's to say.
 */
export function smallObjects(
  store: Pick<ArtifactStore, 'write' | 'readBytes'>,
): Pick<ArtifactStore, 'write' | 'readBytes'> {
  const known = new Map<Digest, Uint8Array>();
  let size = 0;

  function remember(digest: Digest, bytes: Uint8Array): void {
    if (bytes.byteLength > SMALL || known.has(digest)) return;
    // A copy: whoever gave or gets the bytes may write into theirs.
    known.set(digest, Uint8Array.from(bytes));
    size += bytes.byteLength;
    for (const [oldest, { byteLength }] of known) {
      if (size <= MOST_BYTES) break;
      known.delete(oldest);
      size -= byteLength;
    }
  }

  return {
    async write(source) {
      const written = await store.write(source);
      if (source instanceof Uint8Array) remember(written.digest, source);
      return written;
    },
    async readBytes(digest) {
      const bytes = known.get(digest);
      if (bytes) return Uint8Array.from(bytes);
      const read = await store.readBytes(digest);
      remember(digest, read);
      return read;
    },
  };
}
