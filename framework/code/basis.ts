import { type Digest, sha256 } from '../hashing/digest.ts';
import { readSource, type Source, sourceForDigest } from './sources.ts';

/** Files of one run, each read once: every step of the run sees the same. */
export interface RunFiles {
  /** Undefined when there is no such file. @throws ERR_SOURCE_CHANGED. */
  read(path: string): Source | undefined;
}

export function runFiles(): RunFiles {
  const known = new Map<string, Source | undefined>();
  return {
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

/** What an answer rests on: it holds while these files have this content and those paths have no file. */
export class Basis {
  readonly files = new Map<string, Digest>();
  readonly absent = new Set<string>();

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

  add(other: Basis): void {
    for (const [path, digest] of other.files) this.files.set(path, digest);
    for (const path of other.absent) this.absent.add(path);
  }
}
