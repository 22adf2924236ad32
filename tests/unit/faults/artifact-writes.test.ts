import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { localArtifactStore } from '../../../framework/adapters/artifact-stores/local.ts';
import { memoryArtifactStore } from '../../../framework/adapters/artifact-stores/memory.ts';
import { readThrough } from '../../../framework/adapters/artifact-stores/read-through.ts';
import { createArtifactIo } from '../../../framework/artifacts/create-artifact-io.ts';
import type { ArtifactStore } from '../../../framework/components/artifact-store.ts';
import { SluiceError } from '../../../framework/errors.ts';
import { type Digest, sha256 } from '../../../framework/hashing/digest.ts';
import { DirectoryRef } from '../../../framework/materializers/directory-ref.ts';
import { FileRef } from '../../../framework/materializers/file-ref.ts';
import { temporaryFolder } from '../executor/open-test-stack.ts';
import { type FaultCode, faults } from './fault-layer.ts';

/** Hundreds of saves; a machine that has much else to do takes its time. */
vi.setConfig({ testTimeout: 600_000 });

vi.mock('node:fs', async (original) => (await import('./fault-layer.ts')).faultyFs(await original()));
vi.mock('node:fs/promises', async (original) => (await import('./fault-layer.ts')).faultyPromises(await original()));

afterEach(() => void faults.disarm());

const CODES: readonly FaultCode[] = ['ENOSPC', 'EIO', 'EROFS', 'EMFILE'];
/** In the words of errors. */
const REASONS: Readonly<Record<FaultCode, string>> = {
  ENOSPC: 'no space left on the disk',
  EIO: 'input/output error',
  EROFS: 'read-only',
  EMFILE: 'too many files are open',
};
/** Every value, every call and every code, or a choice. */
const ALL = process.env['SLUICE_FAULTS'] === 'all';
/** Bytes: written in several pieces, synced before its name. */
const BIG = 4_300_000;

/** Values of every kind that is written in its own way. The sources lie beside the disk that fails. */
const VALUES: Readonly<Record<string, (sources: string) => Record<string, unknown>>> = {
  'small values, a file and a folder'(sources) {
    mkdirSync(join(sources, 'folder', 'deep'), { recursive: true });
    for (const name of ['file', 'folder/a', 'folder/deep/b']) writeFileSync(join(sources, name), `in ${name}`);
    const [file, folder] = [FileRef.of(join(sources, 'file')), DirectoryRef.of(join(sources, 'folder'))];
    return { file, folder, text: 'a text', bytes: new Uint8Array(7000).fill(7) };
  },
  'a big file'(sources) {
    writeFileSync(join(sources, 'big.bin'), Buffer.alloc(BIG, 'big'));
    return { file: FileRef.of(join(sources, 'big.bin')) };
  },
};

interface Subject {
  readonly name: string;
  open(root: string): ArtifactStore;
}

const remotes = new Map<string, ArtifactStore>();
const SUBJECTS: readonly Subject[] = [
  { name: 'the local store', open: (root) => localArtifactStore({ path: join(root, 'store') }) },
  {
    name: 'the cache before a remote store',
    open(root) {
      const remote = remotes.get(root) ?? memoryArtifactStore();
      remotes.set(root, remote);
      // Closing it would forget its objects.
      return readThrough({ remote: { ...remote, close: async () => {} }, cacheDir: join(root, 'cache') });
    },
  },
];

/** Saves a value and lays it out again, as a step and the next one do. */
async function saveAndLoad(subject: Subject, root: string, value: unknown): Promise<void> {
  const store = subject.open(root);
  const io = createArtifactIo({ store, cacheDir: join(root, 'cache') });
  const output = await io.save(value, 'value');
  await io.load(output);
  await store.close();
}

/** Objects on the disk whose bytes are not those of their name. */
function damagedBelow(root: string): readonly string[] {
  return ['store', 'cache'].flatMap((name) => {
    const objects = join(root, name, 'objects');
    const files =
      readdirSync(root).includes(name) && readdirSync(join(root, name)).includes('objects')
        ? readdirSync(objects, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
        : [];
    return files
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => sha256(readFileSync(path)) !== path.slice(objects.length + 1).replace(/[\\/]/, ''));
  });
}

async function isWhole(subject: Subject, root: string, value: Record<string, unknown>): Promise<void> {
  const store = subject.open(root);
  const io = createArtifactIo({ store, cacheDir: join(root, 'cache') });
  const output = await io.save(value, 'value');
  expect(await io.verify(output)).toEqual([]);
  const loaded = (await io.load(output)) as { file: FileRef; folder?: DirectoryRef };
  expect(sha256(readFileSync(loaded.file.path))).toBe(sha256(readFileSync((value['file'] as FileRef).path)));
  const names = loaded.folder && readdirSync(loaded.folder.path, { recursive: true }).sort();
  if (names) expect(names).toEqual(['a', 'deep', join('deep', 'b')]);
  await store.close();
}

/** Numbers of the calls that are made to fail: all of few; of many, which are alike, some. */
function places(calls: number): readonly number[] {
  const step = ALL ? 1 : Math.max(1, Math.floor(calls / 50));
  return Array.from({ length: calls }, (_, i) => i).filter((i) => i < 15 || i > calls - 10 || i % step === 0);
}

/** A big file takes minutes: with SLUICE_FAULTS=all alone. */
const TRIALS = SUBJECTS.flatMap((subject) =>
  Object.entries(VALUES)
    .slice(0, ALL ? undefined : 1)
    .map(([what, make]) => ({ subject, what, make, name: subject.name })),
);

describe.each(TRIALS)('a disk under $name that fails at any call, with $what', ({ subject, make }) => {
  async function callsOf(value: Record<string, unknown>): Promise<number> {
    const root = temporaryFolder();
    faults.arm({ root, at: Number.POSITIVE_INFINITY, code: 'EIO', sticky: false });
    await saveAndLoad(subject, root, value);
    return faults.disarm().length;
  }

  it('names cause and path, shows nothing half, and the next try heals', async () => {
    const value = make(temporaryFolder());
    const tried = places(await callsOf(value));
    let refused = 0;
    for (const [i, at] of tried.entries()) {
      for (const sticky of [false, true]) {
        for (const code of ALL ? CODES : [CODES[(i + Number(sticky)) % CODES.length]!]) {
          refused += Number(await failsAt({ subject, value, at, code, sticky }));
        }
      }
    }
    // Few faults may be borne: a time that can't be set, a leftover that can't be removed.
    expect(refused).toBeGreaterThan(tried.length);
  });

  it('loses its power there: what is torn or gone is noticed, and made again', async () => {
    const value = make(temporaryFolder());
    for (const at of places(await callsOf(value))) {
      for (const renamesLast of [true, false]) {
        const root = temporaryFolder();
        faults.arm({ root, at, code: 'power cut', sticky: true });
        await Promise.allSettled([saveAndLoad(subject, root, value)]);
        const { unsynced, renames } = faults.lost();
        faults.disarm();
        cutPower({ unsynced, renames, renamesLast });
        await noticed(subject, root, at);
        await isWhole(subject, root, value);
        expect(damagedBelow(root)).toEqual([]);
        rmSync(root, { recursive: true, force: true });
      }
    }
  });
});

/** @returns whether anything was refused. */
async function failsAt({
  subject,
  value,
  at,
  code,
  sticky,
}: {
  readonly subject: Subject;
  readonly value: Record<string, unknown>;
  readonly at: number;
  readonly code: FaultCode;
  readonly sticky: boolean;
}): Promise<boolean> {
  const root = temporaryFolder();
  faults.arm({ root, at, code, sticky });
  const [ended] = await Promise.allSettled([saveAndLoad(subject, root, value)]);
  const where = [at, faults.disarm()[at], code, sticky];
  if (ended.status === 'rejected') {
    const error: unknown = ended.reason;
    const told = error instanceof SluiceError ? error.code.replace(/READ|WRITE/, '…') : error;
    expect([where, told]).toEqual([where, 'ERR_STORE_…']);
    const { message } = error as Error;
    const saysAll = message.includes(REASONS[code]) && message.includes(code) && message.includes(root);
    expect([where, message, saysAll]).toEqual([where, message, true]);
  }
  expect([where, damagedBelow(root)]).toEqual([where, []]);
  await isWhole(subject, root, value);
  rmSync(root, { recursive: true, force: true });
  return ended.status === 'rejected';
}

/** What was not synced is torn; names that no sync made safe are there (and lead to the torn file), or not. */
function cutPower(lost: ReturnType<typeof faults.lost> & { readonly renamesLast: boolean }): void {
  for (const path of lost.unsynced) {
    try {
      truncateSync(path, readFileSync(path).byteLength >> 1);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && (error as NodeJS.ErrnoException).code !== 'EISDIR')
        throw error;
    }
  }
  if (lost.renamesLast) return;
  for (const { from, to } of [...lost.renames].reverse()) {
    try {
      renameSync(to, from);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** Each object that is seen is right, or says that it is not: a new process, which remembers nothing, never takes torn bytes for whole ones. */
async function noticed(subject: Subject, root: string, at: number): Promise<void> {
  const store = subject.open(root);
  const digests: Digest[] = [];
  for await (const { digest } of store.list()) digests.push(digest);
  for (const digest of digests) {
    const [read] = await Promise.allSettled([store.readBytes(digest)]);
    if (read.status === 'fulfilled') expect([at, sha256(read.value)]).toEqual([at, digest]);
    else expect(read.reason).toMatchObject({ code: 'ERR_ARTIFACT_DAMAGED' });
  }
  await store.close();
}
