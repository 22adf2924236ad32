import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Digest, sha256 } from '../hashing/digest.ts';
import type { Basis, RunFiles } from './basis.ts';
import { BUILD } from './build-name.ts';
import type { CodeDigest } from './code-digest.ts';
import { writeAtomically } from './write-atomically.ts';

interface StoredDigest {
  readonly files: readonly (readonly [path: string, digest: Digest])[];
  readonly absent: readonly string[];
  readonly folders: readonly (readonly [dir: string, digest: Digest])[];
  readonly value: CodeDigest;
}

/** Answers of earlier runs, each with all it rests on: an answer holds as long as every file has the content it had. */
export interface StoredDigests {
  find(id: string): CodeDigest | undefined;
  keep(id: string, value: CodeDigest, basis: Basis): void;
}

/** @param dir one small file a step method. */
export function storedDigests(dir: string, run: RunFiles): StoredDigests {
  const fileOf = (id: string): string => join(dir, `${sha256(`${BUILD}\n${id}`)}.json`);
  return {
    find(id) {
      const stored = readStored(fileOf(id));
      if (!stored) return undefined;
      const holds =
        stored.files.every(([path, digest]) => run.read(path)?.digest === digest) &&
        stored.absent.every((path) => run.read(path) === undefined) &&
        stored.folders.every(([dir, digest]) => sha256(run.list(dir).join('\n')) === digest);
      return holds ? stored.value : undefined;
    },
    keep(id, value, basis) {
      const stored: StoredDigest = {
        files: [...basis.files],
        absent: [...basis.absent],
        folders: [...basis.folders],
        value,
      };
      writeAtomically(fileOf(id), JSON.stringify(stored));
    },
  };
}

function readStored(file: string): StoredDigest | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as StoredDigest;
  } catch {
    // Not there, or not whole: it is found again from the sources.
    return undefined;
  }
}
