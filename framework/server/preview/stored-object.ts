import type { ArtifactStore } from '../../components/artifact-store.ts';
import type { Digest } from '../../hashing/digest.ts';

/** One object of the store, whose name says what it is. */
export interface StoredObject {
  readonly digest: Digest;
  readonly size: number;
  /** `report.html`; empty when it has none. */
  readonly name: string;
}

/** The first `limit` bytes, or all. The bytes of a part can't be checked against the digest; what is whole is. */
export async function readHead(
  store: Pick<ArtifactStore, 'read' | 'readBytes'>,
  { digest, size }: StoredObject,
  limit: number,
): Promise<{ readonly bytes: Uint8Array; readonly truncated: boolean }> {
  if (size <= limit) return { bytes: await store.readBytes(digest), truncated: false };
  const stream = await store.read(digest);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= limit) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, limit), truncated: true };
}
