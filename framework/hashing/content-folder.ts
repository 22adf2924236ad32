import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inputError, SluiceError, sluiceError } from '../errors.ts';
import { type Digest, isDigest, sha256 } from './digest.ts';
import { createFileCheck } from './file-check.ts';
import { digestOfFile, type FileDigest } from './file-digest.ts';
import { markUse } from './mark-use.ts';
import { systemReason } from './system-reason.ts';
import { isLeftBehind, temporaryName } from './temporary-name.ts';

/** Files up to this size are read whole: one read, and no copy at all when the folder has the bytes already. */
const SMALL = 4 << 20;
const SMALLEST = 64 << 10;
/** Open files that wait for the disk. */
const MOST_FLUSHES = 64;
/** Names in `tmp/` older than this belong to a process that died. */
const STALE_MS = 24 * 3600_000;
/** An object that is written again counts as new for garbage collection; its time is moved at most this often. */
const TOUCH_MS = 3600_000;

const flush = promisify(fsync);

type Sink = (chunk: Uint8Array) => Promise<void>;

export interface StoredObject {
  readonly digest: Digest;
  readonly size: number;
  readonly modifiedAt: number;
}

/** A temporary file, or folder, of nobody. */
export interface LeftBehind {
  readonly path: string;
  /** Bytes of a file. */
  readonly size: number;
}

/** A folder of immutable, read-only files named by their SHA-256. Any number of processes may use it at once. */
export interface ContentFolder {
  readonly root: string;
  /** Where the object lies, or would lie. */
  path(digest: Digest): string;
  /** Bytes, undefined when absent. One `stat`. */
  size(digest: Digest): number | undefined;
  /** The path of the whole object, every byte checked once per process; undefined when absent. @throws ERR_ARTIFACT_DAMAGED */
  wholePath(digest: Digest): Promise<string | undefined>;
  /** @throws ERR_STORE_WRITE, ERR_FILE_NOT_FOUND for a source file that is gone. */
  add(
    source: Uint8Array | { readonly file: string; readonly seen?: Digest } | AsyncIterable<Uint8Array>,
  ): Promise<FileDigest>;
  /** Says that a reader met other bytes than those of `digest`: whoever adds the right ones replaces them. */
  distrust(digest: Digest): void;
  /** Bytes from a `checkedStream`, which fails at its end when they are not those of `digest`: they are not hashed again. */
  addChecked(source: AsyncIterable<Uint8Array>, digest: Digest): Promise<FileDigest>;
  /** The same where `fill` writes the file itself, which is not there yet, and returns its size when the bytes are those of `digest`. */
  addFilled(digest: Digest, fill: (file: string) => Promise<number>): Promise<FileDigest>;
  list(): AsyncIterable<StoredObject>;
  remove(digest: Digest): Promise<void>;
  /** What writers that died left in `ROOT/tmp`, or nobody has written to since `before`. */
  leftBehind(before: number): readonly LeftBehind[];
  /** Resolves when everything added is on the disk. @throws ERR_STORE_WRITE when the disk refused something that was added before. */
  flushed(): Promise<void>;
}

/**
 * `ROOT/objects/ab/cdef…` (first two digits as folder), written whole as `ROOT/tmp/…` and renamed, so that a name never stands for half the
 * bytes, whatever process dies when. Nothing is created before the first write.
 *
 * Against a power cut: big objects are fsynced before they get their name, small ones behind it, because a disk takes 0.2 to 10 ms for each
 * and a step makes several; `flushed` waits for them. Names are not fsynced. What a power cut takes or tears in between is noticed by its
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
  const { name } = options;
  const files = createFileCheck();
  const flushes = new Set<Promise<void>>();
  /** Met by readers of this process, and not replaced since. */
  const damaged = new Set<Digest>();
  let flushError: unknown;
  let flushedNext: Promise<void> | undefined;
  const pathOf = (digest: Digest): string => join(root, 'objects', digest.slice(0, 2), digest.slice(2));
  let cleared = false;

  function temporaryPath(): string {
    const folder = join(root, 'tmp');
    // Each time: somebody may have emptied a cache meanwhile.
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
    if (!cleared) removeStale(folder);
    cleared = true;
    return join(folder, temporaryName());
  }

  /** Whether the bytes are here and whole; damaged ones are left to be replaced. */
  async function holds(digest: Digest): Promise<boolean> {
    const path = pathOf(digest);
    if ((await files.check(path, digest)) !== 'whole') return false;
    const touched = touch(path);
    if (touched === 'moved') files.trust(path, digest);
    return touched !== undefined;
  }

  /** The same without a look at the bytes, for a file that need not be read either: what is damaged here is met by whoever reads it. */
  function seemsToHold({ digest, size }: FileDigest): boolean {
    const path = pathOf(digest);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    return !damaged.has(digest) && stat?.isFile() === true && stat.size === size && touch(path) !== undefined;
  }

  function place(temporary: string, digest: Digest): void {
    const path = pathOf(digest);
    try {
      renameSync(temporary, path);
    } catch (error) {
      if (!isCode(error, 'ENOENT') && process.platform !== 'win32') throw error;
      // The first object with these two digits; or Windows, which doesn't rename over a read-only file.
      mkdirSync(dirname(path), { recursive: true });
      if (process.platform === 'win32') rmSync(path, { force: true });
      renameSync(temporary, path);
    }
    files.trust(path, digest);
    damaged.delete(digest);
  }

  async function addBytes(bytes: Uint8Array): Promise<FileDigest> {
    const result = { digest: sha256(bytes), size: bytes.byteLength };
    if (await holds(result.digest)) return result;
    // Asked again by each: all who wait are woken by one that is done.
    while (flushes.size >= MOST_FLUSHES) await nextFlush();
    const temporary = temporaryPath();
    const file = openSync(temporary, 'wx', 0o444);
    try {
      for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
      place(temporary, result.digest);
    } catch (error) {
      closeSync(file);
      rmSync(temporary, { force: true });
      throw error;
    }
    flushBehind(flush(file).finally(() => closeSync(file)));
    return result;
  }

  /** One race for all who wait: each holds on to every promise in it until that is settled. */
  function nextFlush(): Promise<void> {
    flushedNext ??= Promise.race(flushes).finally(() => {
      flushedNext = undefined;
    });
    return flushedNext;
  }

  function flushBehind(flushed: Promise<void>): void {
    const settled = flushed
      .catch((error: unknown) => {
        flushError ??= error;
      })
      .finally(() => flushes.delete(settled));
    flushes.add(settled);
  }

  async function addStreamed(copy: (sink: Sink) => Promise<FileDigest>): Promise<FileDigest> {
    const temporary = temporaryPath();
    let file: FileHandle | undefined;
    try {
      const target = await open(temporary, 'wx', 0o444);
      file = target;
      const result = await copy(async (chunk) => {
        for (let at = 0; at < chunk.byteLength; ) at += (await target.write(chunk, at)).bytesWritten;
      });
      if (await holds(result.digest)) return result;
      if (!options.isCache) await target.sync();
      place(temporary, result.digest);
      file = undefined;
      if (options.isCache) flushBehind(target.sync().finally(() => target.close()));
      else await target.close();
      return result;
    } finally {
      await file?.close();
      await rm(temporary, { force: true });
    }
  }

  async function addFilled(digest: Digest, fill: (file: string) => Promise<number>): Promise<FileDigest> {
    const temporary = temporaryPath();
    let file: FileHandle | undefined;
    try {
      const size = await fill(temporary);
      const written = await open(temporary, 'r+');
      file = written;
      await written.chmod(0o444);
      if (!options.isCache) await written.sync();
      place(temporary, digest);
      if (!options.isCache) return { digest, size };
      file = undefined;
      flushBehind(written.sync().finally(() => written.close()));
      return { digest, size };
    } finally {
      await file?.close();
      await rm(temporary, { force: true });
    }
  }

  async function inWords(work: () => Promise<FileDigest>): Promise<FileDigest> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof SluiceError) throw error;
      throw sluiceError('ERR_STORE_WRITE', { store: name, path: root, reason: systemReason(error) }, error);
    }
  }

  return {
    root,
    path: pathOf,
    size: (digest) => statSync(pathOf(digest), { throwIfNoEntry: false })?.size,

    async wholePath(digest) {
      const path = pathOf(digest);
      const verdict = await files.check(path, digest);
      if (typeof verdict === 'object') {
        damaged.add(digest);
        throw sluiceError('ERR_ARTIFACT_DAMAGED', { digest, store: root, found: verdict.found });
      }
      if (verdict === 'missing') return undefined;
      if (options.isCache && markUse(path)) files.trust(path, digest);
      return path;
    },

    add: (source) =>
      inWords(async () => {
        if (source instanceof Uint8Array) return addBytes(source);
        if (!('file' in source)) return addStreamed((sink) => drain(source, sink));
        const { file, seen } = source;
        const size = sizeOfSource(file);
        if (seen !== undefined && seemsToHold({ digest: seen, size })) return { digest: seen, size };
        // A very small one at once: to hand the read to another thread takes several times as long as the read.
        if (size <= SMALLEST) return addBytes(readFileSync(file));
        return size <= SMALL
          ? addBytes(await readFile(file))
          : addStreamed((sink) => digestOfFile(file, { sink, blake3: true }));
      }),

    distrust: (digest) => void damaged.add(digest),

    addChecked: (source, digest) =>
      inWords(() =>
        addStreamed(async (sink) => {
          let size = 0;
          for await (const chunk of source) {
            size += chunk.byteLength;
            await sink(chunk);
          }
          return { digest, size };
        }),
      ),

    addFilled: (digest, fill) => inWords(() => addFilled(digest, fill)),

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
        await rm(pathOf(digest), { force: true });
      } catch (error) {
        throw sluiceError('ERR_STORE_WRITE', { store: name, path: pathOf(digest), reason: systemReason(error) }, error);
      }
    },

    leftBehind: (before) => leftBehind(join(root, 'tmp'), before),

    async flushed() {
      await Promise.all(flushes);
      if (flushError === undefined) return;
      throw sluiceError('ERR_STORE_WRITE', { store: name, path: root, reason: systemReason(flushError) }, flushError);
    },
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

/** Looks at the source before the folder is touched, so that its faults are not told as the folder's. */
function sizeOfSource(file: string): number {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) throw sluiceError('ERR_FILE_NOT_FOUND', { path: file, what: 'File' });
  try {
    accessSync(file, constants.R_OK);
  } catch (error) {
    throw inputError(`${file} can't be read: ${systemReason(error)}.`, 'Mend its permissions.', error);
  }
  return stat.size;
}

/** Moves the object's time to now when it is old; undefined when the object is gone (collected a moment ago). */
function touch(path: string): 'moved' | 'fresh' | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return undefined;
  const now = Date.now();
  if (now - stat.mtimeMs < TOUCH_MS) return 'fresh';
  try {
    utimesSync(path, now / 1000, now / 1000);
  } catch (error) {
    // A store of another user: its times, and its collection, are not ours.
    return isCode(error, 'ENOENT') ? undefined : 'fresh';
  }
  return 'moved';
}

/** Also folders: where a cache is laid out beside its objects, they are built there too. */
function removeStale(folder: string): void {
  for (const { path } of leftBehind(folder, Date.now() - STALE_MS)) rmSync(path, { recursive: true, force: true });
}

function leftBehind(folder: string, before: number): readonly LeftBehind[] {
  const found: LeftBehind[] = [];
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const path = join(folder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat && isLeftBehind(name, stat.mtimeMs, before)) found.push({ path, size: stat.isFile() ? stat.size : 0 });
  }
  return found;
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));
