import { createReadStream, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ArtifactStore } from '../../components/artifact-store.ts';
import { SluiceError, sluiceError } from '../../errors.ts';
import { checkedStream } from '../../hashing/checked-stream.ts';
import { type Digest, sha256 } from '../../hashing/digest.ts';
import { openContentFolder } from '../../hashing/open-content-folder.ts';
import { faultsInWords } from './faults-in-words.ts';
import { temporaryFiles } from './temporary-files.ts';

/** Bytes. */
const SMALL = 64 << 10;

/** Artifacts in a folder of this machine, or of a share that several machines mount. */
export interface LocalArtifactStoreOptions {
  /** Created by the first write. */
  readonly path: string;
}

export function localArtifactStore(options: LocalArtifactStoreOptions): ArtifactStore {
  const folder = openContentFolder({ root: options.path, name: 'local' });
  const store = folder.root;

  function existingPath(digest: Digest): string {
    const path = folder.path(digest);
    if (folder.size(digest) === undefined) throw sluiceError('ERR_ARTIFACT_MISSING', { digest, store });
    return path;
  }

  const plain: ArtifactStore = {
    flavor: 'local',
    location: store,
    capabilities: { localPaths: true },
    has: async (digest) => folder.size(digest) !== undefined,
    size: async (digest) => folder.size(digest),
    sizes: async (digests) => digests.map(folder.size),
    async read(digest) {
      const stream = checkedStream(createReadStream(existingPath(digest)), digest, store);
      return stream.once('error', (error) => {
        if (error instanceof SluiceError && error.code === 'ERR_ARTIFACT_DAMAGED') folder.distrust(digest);
      });
    },
    async readBytes(digest) {
      const path = existingPath(digest);
      // A small file at once: to hand the read to another thread takes several times as long as the read.
      const bytes = (folder.size(digest) ?? 0) <= SMALL ? readFileSync(path) : await readFile(path);
      const found = sha256(bytes);
      if (found === digest) return bytes;
      folder.distrust(digest);
      throw sluiceError('ERR_ARTIFACT_DAMAGED', { digest, store, found });
    },
    write: folder.add,
    localPath: folder.wholePath,
    list: folder.list,
    remove: folder.remove,
    leftovers: async (before) => temporaryFiles(folder, before),
    checks: () => [],
    close: folder.flushed,
  };
  return faultsInWords(plain, { name: 'local', folder: store });
}
