import { createReadStream, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ArtifactStore, StoredFile } from '../../components/artifact-store.ts';
import { inputError, SluiceError, sluiceError } from '../../errors.ts';
import type { Blake3 } from '../../hashing/blake3.ts';
import { checkedStream } from '../../hashing/checked-stream.ts';
import { type Digest, sha256 } from '../../hashing/digest.ts';
import { enterFolder, type FolderUser } from '../../hashing/folder-users.ts';
import { openContentFolder } from '../../hashing/open-content-folder.ts';
import { systemReason } from '../../hashing/system-reason.ts';
import { trimContentFolder } from '../../hashing/trim-content-folder.ts';
import { faultsInWords } from './faults-in-words.ts';
import { temporaryFiles } from './temporary-files.ts';

export interface ReadThroughOptions {
  readonly remote: ArtifactStore;
  /** Folder of a cache that any number of processes and stores may share. */
  readonly cacheDir: string;
  /** Bytes that the cache may take up while nobody uses it. Default: no limit. */
  readonly maxBytes?: number;
}

/** Bytes: read at once, without handing the read to another thread. */
const SMALL = 64 << 10;
/** Bytes: smaller files go into the cache and to the remote at the same time. */
const BIG = 4 << 20;

/**
 * A remote store behind a cache on this machine: what is read comes from the cache, or goes into it on the way; what is written goes into
 * both. Every local copy is checked, and a damaged one is fetched again.
 *
 * Whether an object is there (`has`, `size`, `sizes`, `list`), the remote says, never the cache: a result that other machines can't get is
 * no result. The price is a request for each artifact of a hit; they go out together, over connections that stay open.
 *
 * The cache is trimmed when a store that added to it closes: the least lately used objects go, never those that a living process has used
 * (`trimContentFolder`), so a run may exceed `maxBytes` by what it uses itself.
 */
export function readThrough(options: ReadThroughOptions): ArtifactStore {
  const { remote, cacheDir, maxBytes = Number.POSITIVE_INFINITY } = options;
  const cache = openContentFolder({ root: cacheDir, name: 'cache', isCache: true });
  const underWay = new Map<Digest, Promise<string>>();
  let user: FolderUser | undefined;
  let added = 0;

  /** Before the first path is handed out. */
  function enter(): void {
    user ??= enterFolder(cacheDir);
  }

  async function cached(digest: Digest): Promise<string | undefined> {
    enter();
    try {
      return await cache.wholePath(digest);
    } catch (error) {
      // A damaged copy is replaced by the remote's bytes.
      if (isDamaged(error)) return undefined;
      throw error;
    }
  }

  async function fetch(digest: Digest, blake3: Blake3 | undefined): Promise<string> {
    for (let isLast = false; ; isLast = true) {
      try {
        const { readInto } = remote;
        const { size } = readInto
          ? await cache.addFilled(digest, (file) => readInto(digest, file, blake3))
          : await cache.addChecked(await remote.read(digest), digest);
        added += size;
        return cache.path(digest);
      } catch (error) {
        // The way from the server may be at fault: it is asked once more.
        if (isLast || !isDamaged(error)) throw error;
      }
    }
  }

  /** The whole local copy, fetched if need be; whoever wants the same meanwhile gets the same. */
  function local(digest: Digest, blake3?: Blake3): Promise<string> {
    const running =
      underWay.get(digest) ??
      cached(digest)
        .then((path) => path ?? fetch(digest, blake3))
        .finally(() => underWay.delete(digest));
    underWay.set(digest, running);
    return running;
  }

  async function writeBoth(source: Uint8Array | StoredFile) {
    enter();
    if (!(source instanceof Uint8Array) && isBig(source.file)) return writeBig(source);
    const [here, there] = await Promise.allSettled([cache.add(source), remote.write(source)]);
    if (there.status === 'rejected') throw there.reason;
    if (here.status === 'rejected') throw here.reason;
    added += here.value.size;
    if (here.value.digest === there.value.digest) return there.value;
    throw inputError(
      `${source instanceof Uint8Array ? 'A value' : source.file} was changed while it was being stored.`,
      'Write the file to its end before the step returns it.',
    );
  }

  /** One after the other: to hash a big file twice at once takes longer than to send the copy, whose digest is known. */
  async function writeBig(source: StoredFile) {
    const here = await cache.add(source);
    added += here.size;
    const there = await remote.write({ file: cache.path(here.digest), digest: here.digest });
    return there.digest === here.digest ? here : there;
  }

  const plain: ArtifactStore = {
    flavor: remote.flavor,
    location: remote.location,
    capabilities: { localPaths: true },
    has: (digest) => remote.has(digest),
    size: (digest) => remote.size(digest),
    sizes: (digests) => remote.sizes(digests),
    read: async (digest) => checkedStream(createReadStream(await local(digest)), digest, cacheDir),

    async readBytes(digest) {
      const path = await local(digest);
      const bytes = (cache.size(digest) ?? 0) <= SMALL ? readFileSync(path) : await readFile(path);
      const found = sha256(bytes);
      if (found !== digest) throw sluiceError('ERR_ARTIFACT_DAMAGED', { digest, store: cacheDir, found });
      return bytes;
    },

    write: writeBoth,

    async localPath(digest, blake3) {
      try {
        return await local(digest, blake3);
      } catch (error) {
        if (error instanceof SluiceError && error.code === 'ERR_ARTIFACT_MISSING') return undefined;
        throw error;
      }
    },

    list: () => remote.list(),

    async remove(digest) {
      await remote.remove(digest);
      await cache.remove(digest);
    },

    leftovers: async (before) => [...(await remote.leftovers(before)), ...temporaryFiles(cache, before)],

    checks: () => remote.checks(),

    async close() {
      try {
        await Promise.all([cache.flushed(), remote.close()]);
        user?.leave();
        if (added > 0 && maxBytes < Number.POSITIVE_INFINITY) await trim();
      } finally {
        user?.leave();
      }
    },
  };
  return faultsInWords(plain, { name: 'cache', folder: cacheDir });

  async function trim(): Promise<void> {
    try {
      await trimContentFolder({ root: cacheDir, maxBytes });
    } catch (error) {
      throw sluiceError('ERR_STORE_WRITE', { store: 'cache', path: cacheDir, reason: systemReason(error) }, error);
    }
  }
}

const isBig = (file: string): boolean => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > BIG;

const isDamaged = (error: unknown): boolean => error instanceof SluiceError && error.code === 'ERR_ARTIFACT_DAMAGED';
