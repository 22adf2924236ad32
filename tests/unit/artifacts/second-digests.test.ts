import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { localArtifactStore } from '../../../framework/adapters/artifact-stores/local.ts';
import { createArtifactIo } from '../../../framework/artifacts/create-artifact-io.ts';
import type { ArtifactStore } from '../../../framework/components/artifact-store.ts';
import type { Blake3 } from '../../../framework/hashing/blake3.ts';
import { type Digest, sha256 } from '../../../framework/hashing/digest.ts';
import type { FileDigest } from '../../../framework/hashing/file-digest.ts';
import type { RememberedDigests, SeenFile } from '../../../framework/hashing/remembered-digests.ts';
import { DirectoryRef } from '../../../framework/materializers/directory-ref.ts';
import { FileRef } from '../../../framework/materializers/file-ref.ts';
import { type Artifact, artifactsOf, type Output } from '../../../framework/model/artifact.ts';
import { temporaryStack } from './temporary-stack.ts';

/** Stands for the digests that this machine remembers of files. */
const remembered = vi.hoisted(() => ({ current: undefined as RememberedDigests | undefined }));
vi.mock('../../../framework/hashing/known-digests.ts', () => ({ knownDigests: () => remembered.current }));

/** What a store tells of a file, so that the test needs none of 32 MiB. */
const secondOf = (digest: Digest): Blake3 => sha256(`second ${digest}`) as string as Blake3;

/** Tells a second digest of files whose text begins with `big`, and notes with which one each is asked for. */
function tellingStore(path: string): {
  readonly store: ArtifactStore;
  readonly asked: Map<Digest, Blake3 | undefined>;
} {
  const inner = localArtifactStore({ path });
  const asked = new Map<Digest, Blake3 | undefined>();
  const store: ArtifactStore = {
    ...inner,
    async write(source) {
      const written = await inner.write(source);
      const text = Buffer.from(await inner.readBytes(written.digest)).toString();
      return text.startsWith('big') ? { ...written, blake3: secondOf(written.digest) } : written;
    },
    localPath(digest, blake3) {
      asked.set(digest, blake3);
      return inner.localPath(digest);
    },
  };
  return { store, asked };
}

const BIG = sha256('big one');
const OTHER = sha256('big other');
const SMALL = sha256('small');
const only = (output: Output): Artifact | undefined => artifactsOf(output)[0];

describe('second digests of big files', () => {
  async function subject(folder: string) {
    const files = join(folder, 'made', 'files');
    await mkdir(files, { recursive: true });
    await writeFile(join(files, 'one'), 'big one');
    await writeFile(join(files, 'other'), 'big other');
    await writeFile(join(files, 'small'), 'small');
    const { store, asked } = tellingStore(join(folder, 'telling'));
    const silent = localArtifactStore({ path: join(folder, 'silent') });
    const ioOf = (of: ArtifactStore, cache: string) => createArtifactIo({ store: of, cacheDir: join(folder, cache) });
    return { files, store, asked, io: ioOf(store, 'a'), another: () => ioOf(store, 'b'), older: ioOf(silent, 'c') };
  }

  it('are in the record of a file, and beside its digest when it is read', async () => {
    await using stack = await temporaryStack();
    const { io, another, asked, files } = await subject(stack.folder);
    const output = await io.save(FileRef.of(join(files, 'one')), 'train');
    expect(only(output)?.blake3).toEqual({ [BIG]: secondOf(BIG) });
    expect(only(await io.save(FileRef.of(join(files, 'small')), 'train'))).not.toHaveProperty('blake3');
    await another().load(output);
    expect([...asked]).toEqual([[BIG, secondOf(BIG)]]);
    asked.clear();
    await another().export(only(output)!, join(stack.folder, 'exported'));
    expect([...asked]).toEqual([[BIG, secondOf(BIG)]]);
  });

  it('of the files of a folder, and of files inside a value, are with the whole', async () => {
    await using stack = await temporaryStack();
    const { io, another, asked, files } = await subject(stack.folder);
    const values = [
      DirectoryRef.of(files),
      [FileRef.of(join(files, 'one')), { deep: [DirectoryRef.of(files), FileRef.of(join(files, 'small'))] }],
    ];
    for (const value of values) {
      asked.clear();
      const output = await io.save(value, 'train');
      expect(only(output)?.blake3).toEqual({ [BIG]: secondOf(BIG), [OTHER]: secondOf(OTHER) });
      await another().load(output);
      expect(asked).toEqual(
        new Map([
          [BIG, secondOf(BIG)],
          [OTHER, secondOf(OTHER)],
          [SMALL, undefined],
        ]),
      );
    }
  });

  it('change no identity: a store that tells none gives the same artifacts but for them', async () => {
    await using stack = await temporaryStack();
    const { io, older, files } = await subject(stack.folder);
    const value = {
      file: FileRef.of(join(files, 'one')),
      folder: DirectoryRef.of(files),
      list: [FileRef.of(join(files, 'one'))],
    };
    const [now, before] = [artifactsOf(await io.save(value, 'train')), artifactsOf(await older.save(value, 'train'))];
    expect(now.every(({ blake3 }) => blake3 !== undefined)).toBe(true);
    expect(now.map(({ blake3: _, ...artifact }) => artifact)).toEqual(before);
  });

  it('are remembered with the digest of a file that is not read again', async () => {
    await using stack = await temporaryStack();
    const { io, files } = await subject(stack.folder);
    const notes = new Map<string, FileDigest>();
    remembered.current = {
      look: (path): SeenFile => ({ path, isSettled: true, stamp: { size: 7, changedAt: 0, device: 0n, text: '' } }),
      find: ({ path }) => notes.get(path),
      note: ({ path }, content) => void notes.set(path, { ...content, size: 7 }),
      keep: () => undefined,
    };
    onTestFinished(() => {
      remembered.current = undefined;
    });
    const first = await io.save(FileRef.of(join(files, 'one')), 'train');
    expect(only(first)?.blake3).toEqual({ [BIG]: secondOf(BIG) });
    const inner = localArtifactStore({ path: join(stack.folder, 'telling') });
    const unread = createArtifactIo({ store: inner, cacheDir: join(stack.folder, 'd') });
    expect(await unread.save(FileRef.of(join(files, 'one')), 'train')).toEqual(first);
  });

  it('an output that an older version saved is read without them', async () => {
    await using stack = await temporaryStack();
    const { io, store, another, asked, files } = await subject(stack.folder);
    const output = await io.save({ list: [FileRef.of(join(files, 'one'))] }, 'train');
    const old = JSON.parse(
      JSON.stringify(output, (key, value: unknown) => (key === 'blake3' ? undefined : value)),
    ) as Output;
    const value = (await another().load(old)) as { readonly list: readonly FileRef[] };
    expect(value.list[0]?.name).toBe('one');
    expect([...asked]).toEqual([[BIG, undefined]]);
    expect(await store.has(BIG)).toBe(true);
  });
});
