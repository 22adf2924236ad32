import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isLockFree, type ProcessLock, tryLock } from '../../../hashing/process-lock.ts';
import type { OpenLine, SpoolLine } from './spool-line.ts';

/** What one process has to say about one run. Append-only; whole lines count, so a torn one (of a killed process the last, of a power cut any) is nothing. */
export interface SpoolWriter {
  readonly file: SpoolFile;
  /** The lines are with the system when this resolves: a killed process takes none of them along. */
  append(lines: readonly SpoolLine[]): Promise<void>;
  /** Says that no more will come, and waits until the disk has it all. */
  close(): Promise<void>;
  /** From now on other processes may deliver the file. */
  release(): void;
}

export interface SpoolFile {
  readonly path: string;
  readonly root: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
}

/** How far a file has been delivered. `isClosed`: to its very end. */
export interface Cursor {
  readonly offset: number;
  readonly isClosed?: true;
}

/** A line, and where the next one begins. */
export interface PlacedLine {
  readonly line: SpoolLine;
  readonly end: number;
}

const START: Cursor = { offset: 0 };
/** Read at a time: some ten thousand points. */
const CHUNK_BYTES = 4 * 1024 * 1024;
const NEWLINE = 10;

/** The waiting lines of all runs, in a folder that several processes use at once: a file for each run and process. */
export interface Spool {
  readonly folder: string;
  writer(root: string): SpoolWriter;
  /** All files that are not delivered whole, those of one run in the order of their beginnings. */
  files(): Promise<readonly SpoolFile[]>;
  cursor(file: SpoolFile): Promise<Cursor>;
  moveCursor(file: SpoolFile, cursor: Cursor): Promise<void>;
  /** Whole lines from there on, at most some megabytes of them. */
  read(file: SpoolFile, offset: number): Promise<readonly PlacedLine[]>;
  head(file: SpoolFile): Promise<OpenLine | undefined>;
  /** Bytes. */
  size(file: SpoolFile): number;
  /** Whether the process that writes it lives and has not let go of it. */
  isHeld(file: SpoolFile): boolean;
  remove(file: SpoolFile): Promise<void>;
}

export function createSpool(folder: string): Spool {
  return {
    folder,
    writer: (root) => createWriter(folder, root),
    async files() {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      return names
        .flatMap((name) => fileOf(folder, name) ?? [])
        .sort((a, b) => a.since - b.since || a.path.localeCompare(b.path));
    },
    async cursor({ path }) {
      try {
        return JSON.parse(await readFile(cursorPath(path), 'utf8')) as Cursor;
      } catch (error) {
        // Absent before the first delivery; unreadable after a power cut, when telling everything again is right.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return START;
        throw error;
      }
    },
    async moveCursor({ path }, cursor) {
      const temporary = `${cursorPath(path)}.tmp`;
      await writeFile(temporary, JSON.stringify(cursor));
      await rename(temporary, cursorPath(path));
    },
    read: ({ path }, offset) => readLines(path, offset, CHUNK_BYTES),
    async head({ path }) {
      const [first] = await readLines(path, 0, CHUNK_BYTES);
      return first?.line.op === 'open' ? first.line : undefined;
    },
    size: ({ path }) => statSync(path, { throwIfNoEntry: false })?.size ?? 0,
    isHeld: ({ path }) => !isLockFree(lockPath(path)),
    async remove({ path }) {
      await rm(path, { force: true });
      await rm(cursorPath(path), { force: true });
    },
  };
}

const lockPath = (path: string): string => `${path}.lock`;
const cursorPath = (path: string): string => path.replace(/\.jsonl$/, '.at');

/** A point parts the names of files. */
export const encodedRoot = (root: string): string => encodeURIComponent(root).replaceAll('.', '%2E');

/** `<root>.<time>.<random>.jsonl`. */
function fileOf(folder: string, name: string): SpoolFile | undefined {
  const [, root, time] = /^([^.]+)\.(\d+)\.[0-9a-f]+\.jsonl$/.exec(name) ?? [];
  if (root === undefined) return undefined;
  return { path: join(folder, name), root: decodeURIComponent(root), since: Number(time) };
}

function createWriter(folder: string, root: string): SpoolWriter {
  const since = Date.now();
  const name = `${encodedRoot(root)}.${since}.${randomBytes(4).toString('hex')}.jsonl`;
  const path = join(folder, name);
  let handle: Promise<FileHandle> | undefined;
  let lock: ProcessLock | undefined;
  let writing: Promise<void> = Promise.resolve();
  /** A disk that was full may have taken the beginning of a line. */
  let isTorn = false;

  async function create(): Promise<FileHandle> {
    await mkdir(folder, { recursive: true });
    // Before the file is there, so that nobody finds it without its writer.
    lock = tryLock(lockPath(path));
    // Params and tags may be private.
    return open(path, 'ax', 0o600);
  }

  function append(lines: readonly SpoolLine[]): Promise<void> {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const next = writing.then(async () => {
      handle ??= create();
      const before = isTorn ? '\n' : '';
      isTorn = true;
      await (await handle).appendFile(before + text);
      isTorn = false;
    });
    // A write that fails is told to who asked for it; the next one is tried all the same.
    writing = next.catch(() => {});
    return next;
  }

  return {
    file: { path, root, since },
    append,
    async close() {
      if (!handle) return;
      try {
        await append([{ op: 'close' }]);
        await (await handle).datasync();
      } finally {
        await (await handle).close();
        handle = undefined;
      }
    },
    release() {
      lock?.release(true);
      lock = undefined;
    },
  };
}

async function readLines(path: string, offset: number, most: number): Promise<readonly PlacedLine[]> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    // Delivered and removed by another process meanwhile.
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    if (size <= offset) return [];
    const buffer = Buffer.alloc(Math.min(size - offset, most));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
    const lines = linesOf(buffer.subarray(0, bytesRead), offset);
    // One line longer than a chunk: read more of it.
    if (lines.length === 0 && bytesRead === most && size - offset > most) return readLines(path, offset, most * 4);
    return lines;
  } finally {
    await handle.close();
  }
}

function linesOf(bytes: Buffer, offset: number): PlacedLine[] {
  const lines: PlacedLine[] = [];
  for (let start = 0; ; ) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end < 0) return lines;
    const line = lineOf(bytes.toString('utf8', start, end));
    if (line) lines.push({ line, end: offset + end + 1 });
    start = end + 1;
  }
}

/** Undefined for what a power cut tore: it must not hold up what stands behind it. */
function lineOf(text: string): SpoolLine | undefined {
  try {
    return JSON.parse(text) as SpoolLine;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
