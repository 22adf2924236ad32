import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Blake3 } from './blake3.ts';
import { type Digest, isDigest, sha256 } from './digest.ts';
import type { FileDigest } from './file-digest.ts';
import { temporaryName } from './temporary-name.ts';

/** Files below this size are hashed in the time that looking them up takes. */
const SMALLEST = 4 << 10;
/** A file system may count time in steps of two seconds (FAT), one second (HFS+), or ticks of its system. */
const COARSEST_MS = 3000;
/** Another file system may go by the clock of another machine, which nobody can ask. */
const STRANGE_MS = 3600_000;
/** Folders that nobody has digested for so long are forgotten. */
const FORGET_MS = 90 * 24 * 3600_000;

/** What the system tells of a file without its bytes being read. */
export interface FileStamp {
  readonly size: number;
  /** Milliseconds since the epoch, of the younger of the last change of the bytes and of the inode. */
  readonly changedAt: number;
  readonly device: bigint;
  /** Device, inode, size, and both times of change in nanoseconds. */
  readonly text: string;
}

/** A file as it was before its bytes are read. */
export interface SeenFile {
  /** Absolute. */
  readonly path: string;
  readonly stamp: FileStamp;
  /** Its last change was surely before this look at it: whatever changes it from now on shows. */
  readonly isSettled: boolean;
}

export interface RememberedDigests {
  /** Undefined for what is no file, or too small to be worth it. */
  look(file: string): SeenFile | undefined;
  /** The digest of a file that is surely the one that was hashed; undefined when its bytes have to be read. */
  find(seen: SeenFile): FileDigest | undefined;
  /** @param content digests of the bytes, all of them read after `look`. */
  note(seen: SeenFile, content: Omit<FileDigest, 'size'>): void;
  /** Writes what is new. A cache that can't be written costs time, nothing else. */
  keep(): void;
}

type Known = readonly [stamp: string, digest: Digest, blake3?: Blake3];

interface Shelf {
  readonly file: string;
  /** Path of a file → its stamp and its digests. */
  readonly known: Map<string, Known>;
  isChanged: boolean;
}

/**
 * Digests of the user's files, by what `stat` tells of them: to look at a gigabyte again costs a `stat` a file. One small file for each folder.
 *
 * Never wrong, by git's rule for racily clean files: two changes within one step of the file system's clock leave the same times, so a digest is
 * remembered only of a file whose last change was older than any such step when its reading began, and is used only while inode, size and both times are the
 * very same. (The time of the inode's change can't be set back by anyone.) The clock is that of the file system: the time that it gives a file of ours. Files
 * of another device have to be an hour old. What no time tells is a program that writes through a shared memory map without telling the system.
 *
 * @param options.stat for tests: another file system.
 */
export function rememberedDigests(options: {
  readonly folder: string;
  readonly stat?: (file: string) => FileStamp | undefined;
}): RememberedDigests {
  const { folder, stat = stampOfFile } = options;
  const shelves = new Map<string, Shelf>();
  let clock: { readonly device: bigint; readonly now: number; readonly at: number } | undefined;
  const shelfOf = (file: string): Shelf => {
    const dir = dirname(file);
    const known = shelves.get(dir) ?? readShelf(join(folder, `${sha256(dir)}.json`));
    shelves.set(dir, known);
    return known;
  };

  /** The time of the file system that `folder` is on. An answer may be a second old: that is the safe side. */
  function fileClock(): { readonly device: bigint; readonly now: number } | undefined {
    const at = performance.now();
    if (clock && at - clock.at < 1000) return clock;
    const probe = join(folder, temporaryName());
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(probe, '');
      const stamp = stat(probe);
      clock = stamp && { device: stamp.device, now: stamp.changedAt, at };
      rmSync(probe);
    } catch {
      // A folder that can't be written remembers nothing either.
      clock = undefined;
    }
    return clock;
  }

  function isSettled({ changedAt, device }: FileStamp): boolean {
    const here = fileClock();
    if (!here) return false;
    if (device === here.device) return changedAt + COARSEST_MS < here.now;
    return changedAt + STRANGE_MS < Date.now();
  }

  return {
    look(file) {
      const path = resolve(file);
      const stamp = stat(path);
      return stamp && stamp.size >= SMALLEST ? { path, stamp, isSettled: isSettled(stamp) } : undefined;
    },
    find({ path, stamp }) {
      const [text, digest, blake3] = shelfOf(path).known.get(path) ?? [];
      if (text !== stamp.text || digest === undefined) return undefined;
      return { digest, size: stamp.size, ...(blake3 && { blake3 }) };
    },
    note({ path, stamp, isSettled }, { digest, blake3 }) {
      // Changed while it was read, it has another stamp than this one from now on.
      if (!isSettled) return;
      const shelf = shelfOf(path);
      const [text, , known] = shelf.known.get(path) ?? [];
      if (text === stamp.text && (known ?? blake3) === known) return;
      shelf.known.set(path, blake3 ? [stamp.text, digest, blake3] : [stamp.text, digest]);
      shelf.isChanged = true;
    },
    keep() {
      for (const shelf of shelves.values()) if (shelf.isChanged) writeShelf(shelf, folder);
      shelves.clear();
    },
  };
}

function stampOfFile(file: string): FileStamp | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  if (!stat?.isFile()) return undefined;
  const { dev, ino, size, mtimeNs, ctimeNs, mtimeMs, ctimeMs } = stat;
  return {
    size: Number(size),
    changedAt: Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs),
    device: dev,
    text: [dev, ino, size, mtimeNs, ctimeNs].join(' '),
  };
}

function readShelf(file: string): Shelf {
  const known = new Map<string, Known>();
  try {
    const rows = JSON.parse(readFileSync(file, 'utf8')) as readonly (readonly [string, string, string, Blake3?])[];
    for (const [path, stamp, digest, ...more] of rows) if (isDigest(digest)) known.set(path, [stamp, digest, ...more]);
  } catch {
    // Not there, or not whole: the files tell.
  }
  return { file, known, isChanged: false };
}

function writeShelf({ file, known }: Shelf, folder: string): void {
  const temporary = join(folder, temporaryName());
  const rows = [...known].map(([path, entry]) => [path, ...entry]);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(temporary, JSON.stringify(rows));
    renameSync(temporary, file);
    forgetOld(folder);
  } catch {
    removeHalf(temporary);
  }
}

function removeHalf(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The disk that refused the write refuses this too; `forgetOld` finds it.
  }
}

function forgetOld(folder: string): void {
  const before = Date.now() - FORGET_MS;
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if ((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? before) < before) rmSync(file, { force: true });
  }
}
