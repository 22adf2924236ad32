import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Digest, sha256 } from '../hashing/digest.ts';
import { readSource, type Source, sourceForDigest } from './sources.ts';

/** Files of one run, each read once: every step of the run sees the same. */
export interface RunFiles {
  /** Undefined when there is no such file. @throws ERR_SOURCE_CHANGED. */
  read(path: string): Source | undefined;
  /** Files below a folder, sorted; without hidden folders and what is installed there. */
  list(dir: string): readonly string[];
}

export function runFiles(): RunFiles {
  const known = new Map<string, Source | undefined>();
  const listed = new Map<string, readonly string[]>();
  return {
    list(dir) {
      const files = listed.get(dir) ?? filesBelow(dir);
      listed.set(dir, files);
      return files;
    },
    read(path) {
      if (!known.has(path)) known.set(path, readIfThere(path));
      return known.get(path);
    },
  };
}

function readIfThere(path: string): Source | undefined {
  try {
    return /\.(?:[cm]?[jt]sx?|json)$/.test(path) ? sourceForDigest(path) : readSource(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function filesBelow(dir: string): readonly string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/(?:^|[\\/])(?:node_modules|\.[^\\/]+)[\\/]/.test(relative(dir, file)))
    .sort();
}

/** What an answer rests on: it holds while these files have this content, those paths have no file, and these folders have the same files. */
export class Basis {
  readonly files = new Map<string, Digest>();
  readonly absent = new Set<string>();
  readonly folders = new Map<string, Digest>();

  constructor(readonly run: RunFiles) {}

  read(path: string): Source | undefined {
    const source = this.run.read(path);
    if (source) this.files.set(path, source.digest);
    else this.absent.add(path);
    return source;
  }

  text(path: string): string | undefined {
    return this.read(path)?.text;
  }

  /** Of the file's bytes; of nothing where it is gone. */
  digest(path: string): Digest {
    return this.read(path)?.digest ?? sha256('');
  }

  list(dir: string): readonly string[] {
    const files = this.run.list(dir);
    this.folders.set(dir, sha256(files.join('\n')));
    return files;
  }

  add(other: Basis): void {
    for (const [dir, digest] of other.folders) this.folders.set(dir, digest);
    for (const [path, digest] of other.files) this.files.set(path, digest);
    for (const path of other.absent) this.absent.add(path);
  }
}
