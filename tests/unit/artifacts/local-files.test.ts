import { chmod, mkdir, readdir, readFile, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLocalFiles } from '../../../framework/artifacts/local-files.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import { DirectoryRef } from '../../../framework/materializers/directory-ref.ts';
import { FileRef } from '../../../framework/materializers/file-ref.ts';
import type { Output } from '../../../framework/model/artifact.ts';
import { filesBelow } from './files-below.ts';
import { type TemporaryStack, temporaryStack } from './temporary-stack.ts';

interface Loaded {
  readonly file: FileRef;
  readonly folder: DirectoryRef;
}

const WHOLE = { 'a.txt': 'A', 'sub/b.txt': 'B' };

async function saveSources({ folder, io }: TemporaryStack): Promise<Output> {
  const data = join(folder, 'data');
  await mkdir(join(data, 'sub'), { recursive: true });
  await writeFile(join(folder, 'weights.bin'), 'weights');
  await writeFile(join(data, 'a.txt'), 'A');
  await writeFile(join(data, 'sub', 'b.txt'), 'B');
  return io.save({ file: FileRef.of(join(folder, 'weights.bin')), folder: DirectoryRef.of(data) }, 'load');
}

/** What a step does that ignores the read-only mode. */
async function overwrite(path: string, text: string): Promise<void> {
  await chmod(path, 0o644);
  await writeFile(path, text);
}

describe.each(['local', 'remote'] as const)('materialised files of a %s store', (kind) => {
  it('are read-only and cost no second copy', async () => {
    await using stack = await temporaryStack(kind);
    const { file, folder } = (await stack.io.load(await saveSources(stack))) as Loaded;
    for (const path of [file.path, join(folder.path, 'a.txt')]) expect((await stat(path)).mode & 0o222).toBe(0);
    expect((await stat(file.path)).ino).toBe((await stat(stack.objectPath(sha256('weights')))).ino);
  });

  it('are served again as they are', async () => {
    await using stack = await temporaryStack(kind);
    const output = await saveSources(stack);
    const first = (await stack.io.load(output)) as Loaded;
    const inode = (await stat(join(first.folder.path, 'a.txt'))).ino;
    const again = (await stack.another().load(output)) as Loaded;
    expect([again.file.path, again.folder.path]).toEqual([first.file.path, first.folder.path]);
    expect((await stat(join(again.folder.path, 'a.txt'))).ino).toBe(inode);
    expect(await readdir(join(stack.folder, 'cache', 'tmp'))).toEqual([]);
  });

  it('are put right when files were replaced, removed or added', async () => {
    await using stack = await temporaryStack(kind);
    const output = await saveSources(stack);
    const { file, folder } = (await stack.io.load(output)) as Loaded;
    await unlink(file.path);
    await writeFile(file.path, 'forged!');
    await unlink(join(folder.path, 'a.txt'));
    await writeFile(join(folder.path, 'sub', 'more.txt'), 'not ours');
    await unlink(join(folder.path, 'sub', 'b.txt'));
    await symlink(file.path, join(folder.path, 'sub', 'b.txt'));
    for (const io of [stack.io, stack.another()]) {
      const again = (await io.load(output)) as Loaded;
      expect(await readFile(again.file.path, 'utf8')).toBe('weights');
      expect(await filesBelow(again.folder.path)).toEqual(WHOLE);
    }
  });

  it('are put right when a folder was replaced by a link to another one', async () => {
    await using stack = await temporaryStack(kind);
    const output = await saveSources(stack);
    const { folder } = (await stack.io.load(output)) as Loaded;
    await mkdir(join(stack.folder, 'evil'));
    await writeFile(join(stack.folder, 'evil', 'b.txt'), 'B');
    await rm(join(folder.path, 'sub'), { recursive: true, force: true });
    await symlink(join(stack.folder, 'evil'), join(folder.path, 'sub'), 'junction');
    const again = (await stack.another().load(output)) as Loaded;
    expect((await stat(join(again.folder.path, 'sub', 'b.txt'))).mode & 0o222).toBe(0);
    expect(await filesBelow(again.folder.path)).toEqual(WHOLE);
    expect(await readFile(join(stack.folder, 'evil', 'b.txt'), 'utf8')).toBe('B');
  });

  it('can be asked for by many at once', async () => {
    await using stack = await temporaryStack(kind);
    const output = await saveSources(stack);
    const ios = [stack.io, stack.another(), stack.another()];
    const loads = await Promise.all(Array.from({ length: 12 }, (_, i) => ios[i % 3]!.load(output) as Promise<Loaded>));
    expect(new Set(loads.map(({ folder }) => folder.path)).size).toBe(1);
    expect(await filesBelow(loads[0]!.folder.path)).toEqual(WHOLE);
    expect(await readdir(join(stack.folder, 'cache', 'tmp'))).toEqual([]);
  });

  it('are made by whichever process is first, and taken by the others', async () => {
    await using stack = await temporaryStack(kind);
    const output = await saveSources(stack);
    for (let round = 0; round < 60; round++) {
      await rm(join(stack.folder, 'cache', 'folders'), { recursive: true, force: true });
      // Late by turns of the loop, so that one looks just before another is done.
      const late = async (turns: number): Promise<Loaded> => {
        const io = stack.another();
        for (let i = 0; i < turns; i++) await setImmediate();
        return (await io.load(output)) as Loaded;
      };
      const loads = await Promise.all([0, 2, 5, 9, 14, 20].map(late));
      for (const { folder } of loads) expect(await filesBelow(folder.path)).toEqual(WHOLE);
    }
  });

  it('come back after the cache was deleted', async () => {
    await using stack = await temporaryStack(kind);
    const output = await saveSources(stack);
    await stack.io.load(output);
    await rm(join(stack.folder, 'cache'), { recursive: true, force: true });
    expect(await filesBelow(((await stack.io.load(output)) as Loaded).folder.path)).toEqual(WHOLE);
  });
});

describe('a step that writes into its input in spite of the read-only mode', () => {
  it('is noticed: the object it damaged through the link is not served again, and heals when it is saved', async () => {
    await using stack = await temporaryStack('local');
    const output = await saveSources(stack);
    const { file, folder } = (await stack.io.load(output)) as Loaded;
    await overwrite(file.path, 'WEIGHTS');
    await overwrite(join(folder.path, 'a.txt'), 'Z');
    for (const io of [stack.io, stack.another()]) {
      await expect(io.load(output, ['file'])).rejects.toMatchObject({ code: 'ERR_ARTIFACT_DAMAGED' });
      await expect(io.load(output, ['folder'])).rejects.toMatchObject({ code: 'ERR_ARTIFACT_DAMAGED' });
      expect(await io.verify(output)).toHaveLength(2);
    }
    await saveSources(stack);
    for (const io of [stack.io, stack.another()]) {
      const again = (await io.load(output)) as Loaded;
      expect([await readFile(again.file.path, 'utf8'), await filesBelow(again.folder.path)]).toEqual([
        'weights',
        WHOLE,
      ]);
    }
  });

  it('damages only the cache where the store is elsewhere, which is filled again', async () => {
    await using stack = await temporaryStack('remote');
    const output = await saveSources(stack);
    const { file, folder } = (await stack.io.load(output)) as Loaded;
    await overwrite(file.path, 'WEIGHTS');
    await overwrite(join(folder.path, 'a.txt'), 'Z');
    const again = (await stack.io.load(output)) as Loaded;
    expect([await readFile(again.file.path, 'utf8'), await filesBelow(again.folder.path)]).toEqual(['weights', WHOLE]);
  });
});

it('a folder with files too many is put right by several processes at once', async () => {
  await using stack = await temporaryStack('local');
  const { digest, size } = await stack.store.write(Buffer.from('a'));
  const files = [{ path: 'a.txt', digest, size }];
  const cacheDir = join(stack.folder, 'cache');
  const asked = () => createLocalFiles({ store: stack.store, cacheDir }).folder(sha256('manifest'), 'many', files);
  const path = await asked();
  for (let i = 0; i < 50; i++) await writeFile(join(path, `extra-${i}`), '');
  await Promise.all([asked(), asked(), asked()]);
  expect(await filesBelow(path)).toEqual({ 'a.txt': 'a' });
});

it('a cache that can’t be written is told in words', async () => {
  await using stack = await temporaryStack('local');
  const output = await saveSources(stack);
  await writeFile(join(stack.folder, 'cache'), 'a file in the way');
  await expect(stack.io.load(output)).rejects.toMatchObject({
    code: 'ERR_STORE_WRITE',
    message: expect.stringContaining('cache'),
  });
});
