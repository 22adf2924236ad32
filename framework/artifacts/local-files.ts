import { constants, linkSync, lstatSync } from 'node:fs';
import { chmod, copyFile, link, mkdir, readdir, rename, rm, unlink } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ArtifactStore } from '../components/artifact-store.ts';
import { SluiceError, sluiceError } from '../errors.ts';
import type { Digest } from '../hashing/digest.ts';
import { createFileCheck } from '../hashing/file-check.ts';
import type { FileDigest } from '../hashing/file-digest.ts';
import { mapLimited } from '../hashing/map-limited.ts';
import { markUse } from '../hashing/mark-use.ts';
import { openContentFolder } from '../hashing/open-content-folder.ts';
import { systemReason } from '../hashing/system-reason.ts';
import { temporaryName } from '../hashing/temporary-name.ts';
import type { FolderFile } from '../materializers/materializer.ts';

const PARALLEL = 16;
/** Links made in a row: a few milliseconds. */
const TURN = 256;

/** What the record says of a file's bytes. */
type Content = Omit<FileDigest, 'size'>;

/** Artifacts as read-only files and folders of this machine, each checked against its digest before its path is handed out. */
export interface LocalFiles {
  /** The object itself, under no name of its own. @throws ERR_ARTIFACT_MISSING, ERR_ARTIFACT_DAMAGED */
  object(content: Content): Promise<string>;
  file(content: Content, name: string): Promise<string>;
  /** @param digest of the manifest that lists `files`. */
  folder(digest: Digest, name: string, files: readonly FolderFile[]): Promise<string>;
}

/**
 * Files and folders are hard links to the store's own objects, or to `CACHE/objects` where the store keeps them elsewhere (read-through);
 * reflinks or copies where the file system has no links. They appear by one rename, so half of one is never seen.
 *
 * Every time one is asked for it is checked: each object in full the first time in this process, by `stat` later (`FileCheck`); then each
 * name must still be that object (same inode, or equal bytes). A changed, missing or added file is put right in place. A step that writes
 * through a link in spite of mode 0444 damages the object, which the next use meets as ERR_ARTIFACT_DAMAGED and the next `save` replaces.
 */
export function createLocalFiles(options: { readonly store: ArtifactStore; readonly cacheDir: string }): LocalFiles {
  const { store, cacheDir } = options;
  const downloaded = openContentFolder({ root: cacheDir, name: 'cache' });
  const copies = createFileCheck();
  const underWay = new Map<string, Promise<string>>();

  /** One piece of work at a time for one name; whoever comes meanwhile gets the same result. */
  function once(name: string, work: () => Promise<string>): Promise<string> {
    const running = underWay.get(name) ?? work().finally(() => underWay.delete(name));
    underWay.set(name, running);
    return running;
  }

  async function temporaryPath(): Promise<string> {
    const folder = join(cacheDir, 'tmp');
    await mkdir(folder, { recursive: true });
    return join(folder, temporaryName());
  }

  async function object({ digest, blake3 }: Content): Promise<string> {
    if (store.capabilities.localPaths) {
      const path = await store.localPath(digest, blake3);
      if (path === undefined) throw sluiceError('ERR_ARTIFACT_MISSING', { digest, store: store.location });
      return path;
    }
    return once(`object ${digest}`, async () => {
      try {
        const path = await downloaded.wholePath(digest);
        if (path !== undefined) return path;
      } catch (error) {
        // A damaged copy is replaced by the store's bytes below.
        if (!(error instanceof SluiceError) || error.code !== 'ERR_ARTIFACT_DAMAGED') throw error;
      }
      await downloaded.addChecked(await store.read(digest), digest);
      return downloaded.path(digest);
    });
  }

  /** Makes `target` the object's bytes, unless it is. */
  async function place(content: Content, target: string): Promise<void> {
    const { digest } = content;
    const from = await object(content);
    if (isSameFile(from, target) || (await copies.check(target, digest)) === 'whole') return;
    const temporary = await temporaryPath();
    try {
      await linkOrCopy(from, temporary);
      await mkdir(dirname(target), { recursive: true });
      // Windows doesn't rename over a read-only file.
      if (process.platform === 'win32') await rm(target, { force: true });
      await rename(temporary, target);
    } finally {
      // Also when the rename did nothing, because another process had linked the same file meanwhile.
      await rm(temporary, { force: true });
    }
    copies.trust(target, digest);
  }

  /** False where something else than fresh links may stand there: it is to be looked at, file by file. */
  async function buildFolder(target: string, files: readonly FolderFile[]): Promise<boolean> {
    const temporary = await temporaryPath();
    try {
      const folders = new Set(files.map(({ path }) => dirname(join(temporary, path))));
      for (const folder of new Set([temporary, ...folders])) await mkdir(folder, { recursive: true });
      const linked = await mapLimited(files, PARALLEL, async (file, i) => {
        // Links are made at once; whoever else has work gets his turn between them.
        if (i % TURN === 0) await setImmediate();
        return placeNew(await object(file), join(temporary, file.path));
      });
      await mkdir(dirname(target), { recursive: true });
      await rename(temporary, target);
      return linked.every(Boolean);
    } catch (error) {
      // Another process was quicker: what it made is checked like any other.
      if (!isCode(error, 'ENOTEMPTY', 'EEXIST', 'EPERM') || !isFolder(target)) throw error;
      return false;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  async function putRight(target: string, files: readonly FolderFile[]): Promise<void> {
    const expected = new Set(files.map(({ path }) => path));
    for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const isExtra = !entry.isDirectory() && !expected.has(relative(target, path).split(sep).join('/'));
      // Another process that puts it right too may be quicker.
      if (isExtra) await rm(path, { force: true });
    }
    await mapLimited(files, PARALLEL, (file) => place(file, join(target, file.path)));
  }

  const shelf = (kind: string, digest: Digest, name: string): string =>
    join(cacheDir, kind, digest.slice(0, 2), digest.slice(2), name);

  return {
    object: (content) => inWords(cacheDir, () => object(content)),

    file(content, name) {
      const target = shelf('files', content.digest, name);
      return inWords(target, () => once(target, () => place(content, target).then(() => target)));
    },

    folder(digest, name, files) {
      const target = shelf('folders', digest, name);
      const work = async (): Promise<string> => {
        if (!isFolder(target)) {
          await removeUnlessFolder(target);
          if (await buildFolder(target, files)) return target;
        }
        await putRight(target, files);
        markUse(target);
        return target;
      };
      return inWords(target, () => once(target, work));
    },
  };
}

/** True for a link. To hand it to another thread takes three times as long as to make it. */
async function placeNew(from: string, to: string): Promise<boolean> {
  try {
    linkSync(from, to);
    return true;
  } catch {
    // Whatever it is, the slower way says it or finds another one.
    await linkOrCopy(from, to);
    return false;
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    // Another volume, a file system without links, too many links to one file, a store that belongs to someone else.
    if (!isCode(error, 'EXDEV', 'EMLINK', 'EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL')) throw error;
    await copyFile(from, to, constants.COPYFILE_FICLONE);
    await chmod(to, 0o444);
  }
}

function isSameFile(a: string, b: string): boolean {
  const options = { bigint: true, throwIfNoEntry: false } as const;
  const [one, other] = [lstatSync(a, options), lstatSync(b, options)];
  return one !== undefined && other?.isFile() === true && one.dev === other.dev && one.ino === other.ino;
}

const isFolder = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Another process may put the folder there between the look and the removal: then it stays. Not `rm`, whose own look comes before its
 * removal, and which empties the folder that appears between them.
 */
async function removeUnlessFolder(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isCode(error, 'ENOENT', 'ENOTDIR') && !isFolder(path)) throw error;
  }
}

const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));

/** What the operating system refuses becomes ERR_STORE_WRITE of the cache. */
async function inWords(path: string, work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw sluiceError('ERR_STORE_WRITE', { store: 'cache', path, reason: systemReason(error) }, error);
  }
}
