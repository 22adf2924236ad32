import { createHash } from 'node:crypto';
import { lstatSync, statSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SluiceError, sluiceError } from '../errors.ts';
import type { ContentFolder } from './content-folder.ts';
import { type Digest, isDigest } from './digest.ts';
import { digestOfFile, type FileDigest } from './file-digest.ts';
import { heldObjects } from './held-objects.ts';
import { isSystemCode } from './is-system-code.ts';
import { leftBehind } from './left-behind.ts';
import { markUse } from './mark-use.ts';
import { objectWriter, type Sink } from './object-writer.ts';
import { readSource, sizeOfSource } from './read-source.ts';
import { systemReason } from './system-reason.ts';

/** Bytes. Files up to this size are read whole: one read, and no copy at all when the folder has the bytes already. */
const SMALL = 4 << 20;
/** Up to this one, at once. */
const SMALLEST = 64 << 10;

/**
 * `ROOT/objects/ab/cdef…` (first two digits as folder), written whole as `ROOT/tmp/…` and renamed, so that a name never stands for half the
 * bytes, whatever process dies when. Nothing is created before the first write.
 *
 * Against a power cut: big objects are fsynced before they get their name, small ones behind it, because a disk takes 0.2 to 10 ms for each
 * and a step makes several; `flushed` waits for them. Thousands of small ones are synced all at once (`FlushQueue`). Names are not fsynced. What a power cut takes or tears in between is noticed by its
 * digest, like all damage, and made again: it can be gone, never wrong.
 *
 * @param options.name of the store, for errors.
 * @param options.isCache of something that is safe elsewhere: `wholePath` moves an object's time of access, for `trimContentFolder`, and big objects too
 * are fsynced behind their name, while they are sent or used.
 */
export function openContentFolder(options: {
  readonly root: string;
  readonly name: string;
  readonly isCache?: boolean;
}): ContentFolder {
  const root = resolve(options.root);
  const { name, isCache = false } = options;
  const held = heldObjects(root);
  const write = objectWriter({ root, held, isCache });

  async function inWords<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SluiceError) throw error;
      throw sluiceError('ERR_STORE_WRITE', { store: name, path: root, reason: systemReason(error) }, error);
    }
  }

  return {
    root,
    path: held.path,
    size: (digest) => statSync(held.path(digest), { throwIfNoEntry: false })?.size,

    async wholePath(digest) {
      const verdict = await held.check(digest);
      if (typeof verdict === 'object')
        throw sluiceError('ERR_ARTIFACT_DAMAGED', { digest, store: root, found: verdict.found });
      if (verdict === 'missing') return undefined;
      const path = held.path(digest);
      if (isCache && markUse(path)) held.trust(digest);
      return path;
    },

    add: (source) =>
      inWords(async () => {
        if (source instanceof Uint8Array) return write.bytes(source);
        if (!('file' in source)) return write.streamed((sink) => drain(source, sink));
        const { file, seen } = source;
        if (seen !== undefined) {
          const size = sizeOfSource(file);
          if (held.seemsToHold({ digest: seen, size })) return { digest: seen, size };
        }
        const content = readSource(file, SMALLEST);
        if (typeof content !== 'number') return write.bytes(content);
        return content <= SMALL
          ? write.bytes(await readFile(file))
          : write.streamed((sink) => digestOfFile(file, { sink, blake3: true }));
      }),

    distrust: held.distrust,

    addChecked: (source, digest) =>
      inWords(() =>
        write.streamed(async (sink) => {
          let size = 0;
          for await (const chunk of source) {
            size += chunk.byteLength;
            await sink(chunk);
          }
          return { digest, size };
        }),
      ),

    addFilled: (digest, fill) => inWords(() => write.filled(digest, fill)),

    async *list() {
      for (const prefix of (await entries(join(root, 'objects'))).sort()) {
        for (const rest of (await entries(join(root, 'objects', prefix))).sort()) {
          const digest = prefix + rest;
          const stat = isDigest(digest) && lstatSync(join(root, 'objects', prefix, rest), { throwIfNoEntry: false });
          if (stat && isDigest(digest)) yield { digest, size: stat.size, modifiedAt: stat.mtimeMs };
        }
      }
    },

    async remove(digest) {
      try {
        await rm(held.path(digest), { force: true });
      } catch (error) {
        throw sluiceError(
          'ERR_STORE_WRITE',
          { store: name, path: held.path(digest), reason: systemReason(error) },
          error,
        );
      }
    },

    leftBehind: (before) => leftBehind(join(root, 'tmp'), before),

    flushed: () => inWords(write.flushed),
  };
}

async function drain(source: AsyncIterable<Uint8Array>, sink: Sink): Promise<FileDigest> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of source) {
    hash.update(chunk);
    size += chunk.byteLength;
    await sink(chunk);
  }
  return { digest: hash.digest('hex') as Digest, size };
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
