import { readFile } from 'node:fs/promises';
import type { ArtifactStore } from '../../components/artifact-store.ts';
import { sluiceError } from '../../errors.ts';
import { checkedStream } from '../../hashing/checked-stream.ts';
import { type Digest, sha256 } from '../../hashing/digest.ts';
import { systemReason } from '../../hashing/system-reason.ts';

/** Artifacts in this process's memory, gone with it: for tests and for trying things out. */
export function memoryArtifactStore(): ArtifactStore {
  const location = 'memory';
  const objects = new Map<Digest, { readonly bytes: Uint8Array; readonly modifiedAt: number }>();

  /** A copy, so that whoever changes it changes nothing here. */
  function bytesOf(digest: Digest): Uint8Array {
    const object = objects.get(digest);
    if (!object) throw sluiceError('ERR_ARTIFACT_MISSING', { digest, store: location });
    return object.bytes.slice();
  }

  return {
    flavor: 'memory',
    location,
    capabilities: { localPaths: false },
    has: async (digest) => objects.has(digest),
    size: async (digest) => objects.get(digest)?.bytes.byteLength,
    sizes: async (digests) => digests.map((digest) => objects.get(digest)?.bytes.byteLength),
    async read(digest) {
      const bytes = bytesOf(digest);
      const chunks = (async function* () {
        yield bytes;
      })();
      return checkedStream(chunks, digest, location);
    },
    readBytes: async (digest) => bytesOf(digest),
    async write(source) {
      const bytes = source instanceof Uint8Array ? Uint8Array.from(source) : await readSource(source.file);
      const digest = sha256(bytes);
      objects.set(digest, { bytes, modifiedAt: Date.now() });
      return { digest, size: bytes.byteLength };
    },
    localPath: async () => undefined,
    async *list() {
      for (const [digest, { bytes, modifiedAt }] of objects) yield { digest, size: bytes.byteLength, modifiedAt };
    },
    async remove(digest) {
      objects.delete(digest);
    },
    leftovers: async () => [],
    checks: () => [],
    close: async () => objects.clear(),
  };
}

async function readSource(file: string): Promise<Uint8Array> {
  try {
    return Uint8Array.from(await readFile(file));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw sluiceError('ERR_FILE_NOT_FOUND', { path: file, what: 'File' }, error);
    }
    throw sluiceError('ERR_STORE_WRITE', { store: 'memory', path: file, reason: systemReason(error) }, error);
  }
}
