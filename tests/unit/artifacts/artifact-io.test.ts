import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryArtifactStore } from '../../../framework/adapters/artifact-stores/memory.ts';
import { createArtifactIo } from '../../../framework/artifacts/create-artifact-io.ts';
import { digestOfRef } from '../../../framework/artifacts/ref-digest.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import { DirectoryRef } from '../../../framework/materializers/directory-ref.ts';
import { FileRef } from '../../../framework/materializers/file-ref.ts';
import type { Materializer } from '../../../framework/materializers/materializer.ts';
import { type Artifact, artifactsOf, type Output } from '../../../framework/model/artifact.ts';
import { filesBelow } from './files-below.ts';
import { temporaryStack } from './temporary-stack.ts';

const fieldsOf = (output: Output): Readonly<Record<string, Artifact>> => {
  if (output.kind === 'value') throw new Error('one value, where fields were expected');
  return output.fields;
};

describe('saving and loading a step’s output', () => {
  it('makes each top-level field an artifact of its own, in the format that fits', async () => {
    await using stack = await temporaryStack();
    const value = {
      report: 'Zürich',
      bytes: Uint8Array.of(1, 2),
      buffer: Buffer.from('x'),
      weights: Float32Array.of(0.5, -0),
      metrics: { mAP50: 0.5, at: new Date(0) },
      nothing: undefined,
      rows: [1, Number.NaN],
    };
    const output = await stack.io.save(value, 'train');
    const formats = Object.entries(fieldsOf(output)).map(([name, { format }]) => `${name}:${format}`);
    expect(formats.join(' ')).toBe(
      'report:text bytes:bytes buffer:buffer weights:tensor metrics:json nothing:json rows:json',
    );
    expect(await stack.another().load(output)).toStrictEqual(value);
    expect(fieldsOf(output)['report']).toEqual({ digest: sha256('Zürich'), format: 'text', version: 1, size: 7 });
  });

  it('keeps any other value whole', async () => {
    await using stack = await temporaryStack();
    for (const value of [undefined, null, 7, 'text', [1, { a: 2 }], new Map([['a', 1]])]) {
      const output = await stack.io.save(value, 'load');
      expect(output.kind).toBe('value');
      expect(await stack.io.load(output)).toStrictEqual(value);
    }
  });

  it('gives the same digests to equal fields, whatever else changed', async () => {
    await using stack = await temporaryStack();
    const [one, other] = [
      fieldsOf(await stack.io.save({ train: { b: 1, a: [2] }, val: 1 }, 'load')),
      fieldsOf(await stack.io.save({ train: { a: [2], b: 1 }, val: 2 }, 'load')),
    ];
    expect(other['train']).toEqual(one['train']);
    expect(other['val']?.digest).not.toBe(one['val']?.digest);
  });

  it('loads a part of the output, and says where there is none', async () => {
    await using stack = await temporaryStack();
    const output = await stack.io.save({ model: { best: { epoch: 3 } }, test: null }, 'train');
    expect(await stack.io.load(output, ['model', 'best', 'epoch'])).toBe(3);
    expect(await stack.io.load(output, ['model', 'worst'])).toBeUndefined();
    expect(await stack.io.load(output, ['absent'])).toBeUndefined();
    await expect(stack.io.load(output, ['test', 'path'])).rejects.toThrow('test is null, so it has no field path');
    const whole = await stack.io.save([{ a: 1 }], 'list');
    expect(await stack.io.load(whole, ['0', 'a'])).toBe(1);
  });

  it('names the field that it can’t store', async () => {
    await using stack = await temporaryStack();
    await expect(stack.io.save({ model: { predict: () => 1 } }, 'train')).rejects.toMatchObject({
      code: 'ERR_UNENCODABLE',
      message: expect.stringContaining('train.model.predict is a function'),
    });
  });

  it('asks a user’s materializers first, also for whole objects', async () => {
    const money: Materializer<{ readonly currency: string; readonly amount: number }> = {
      format: 'money',
      version: 3,
      accepts: (value) => typeof value === 'object' && value !== null && 'currency' in value,
      encode: ({ amount, currency }) => ({ content: Buffer.from(`${amount} ${currency}`) }),
      async decode(stored) {
        const [amount, currency = ''] = Buffer.from(await stored.bytes())
          .toString()
          .split(' ');
        return { currency, amount: Number(amount) };
      },
    };
    await using stack = await temporaryStack();
    const io = createArtifactIo({ store: stack.store, cacheDir: stack.folder, materializers: [money] });
    const price = { currency: 'CHF', amount: 5 };
    const output = await io.save(price, 'buy');
    expect(output).toMatchObject({ kind: 'value', value: { format: 'money', version: 3, size: 5 } });
    expect([await io.load(output), io.materializers]).toEqual([price, expect.stringContaining('money@3')]);
    // Without it nobody can read the value, and nobody guesses.
    await expect(stack.io.load(output)).rejects.toMatchObject({ code: 'ERR_INPUT' });
    const twice = { store: stack.store, cacheDir: stack.folder, materializers: [money, { ...money, version: 4 }] };
    expect(() => createArtifactIo(twice)).toThrow('Two materializers have the format money');
  });
});

describe.each(['local', 'remote'] as const)('files and folders in a %s store', (kind) => {
  it('come back as read-only paths with their own names, at any depth', async () => {
    await using stack = await temporaryStack(kind);
    const [file, folder] = await sources(stack.folder);
    const output = await stack.io.save({ file, folder, deep: { list: [{ file }, new Map([['f', folder]])] } }, 'load');
    const back = (await stack.another().load(output)) as {
      file: FileRef;
      folder: DirectoryRef;
      deep: { list: [{ file: FileRef }, Map<string, DirectoryRef>] };
    };
    expect([back.file.name, await readFile(back.file.path, 'utf8')]).toEqual(['weights.bin', 'weights']);
    expect(back.file.path).toMatch(/weights\.bin$/);
    expect(await filesBelow(back.folder.path)).toEqual({ 'a.txt': 'A', 'sub/b.txt': 'B', 'sub/empty': '' });
    expect(back.deep.list[0].file.path).toBe(back.file.path);
    expect(back.deep.list[1].get('f')?.path).toBe(back.folder.path);
    await expect(stack.io.missing(output)).resolves.toEqual([]);
    await expect(stack.io.verify(output)).resolves.toEqual([]);
  });

  it('have the digest that they have as arguments, wherever they lie', async () => {
    await using stack = await temporaryStack(kind);
    const [file, folder] = await sources(stack.folder);
    const fields = fieldsOf(await stack.io.save({ file, folder }, 'load'));
    expect(fields['file']).toEqual({
      digest: sha256('weights'),
      format: 'file',
      version: 1,
      size: 7,
      name: 'weights.bin',
    });
    const { files, ...digest } = await digestOfRef(folder);
    expect([files, fields['folder']]).toEqual([3, { ...digest, format: 'directory', version: 1, name: 'data' }]);
    const back = (await stack.io.load({ kind: 'fields', fields }, ['folder'])) as DirectoryRef;
    expect(await digestOfRef(back)).toEqual({ ...digest, files });
    expect(await digestOfRef(FileRef.of(file.path, { name: 'other' }))).toMatchObject({
      digest: sha256('weights'),
      files: 1,
    });
  });

  it('are missing when any object of theirs is gone', async () => {
    await using stack = await temporaryStack(kind);
    const [file, folder] = await sources(stack.folder);
    const output = await stack.io.save({ folder, deep: [{ file }], other: 1 }, 'load');
    const { folder: stored, deep } = fieldsOf(output);
    expect((await stack.io.objects(stored!)).map(({ size }) => size).slice(1)).toEqual([1, 1, 0]);
    await stack.store.remove(sha256('B'));
    await stack.store.remove(sha256('weights'));
    expect(await stack.io.missing(output)).toEqual([stored, deep]);
    expect(await stack.io.verify(output)).toEqual([stored, deep]);
    await expect(stack.another().load(output, ['folder'])).rejects.toMatchObject({ code: 'ERR_ARTIFACT_MISSING' });
    // Saving again heals.
    await stack.io.save({ folder, file }, 'load');
    expect(await stack.another().missing(output)).toEqual([]);
  });

  it('can be exported to where the user may change them', async () => {
    await using stack = await temporaryStack(kind);
    const [file, folder] = await sources(stack.folder);
    const fields = fieldsOf(await stack.io.save({ file, folder, metrics: { a: 1 } }, 'load'));
    await mkdir(join(stack.folder, 'out'));
    await stack.io.export(fields['file']!, join(stack.folder, 'out'));
    await stack.io.export(fields['folder']!, join(stack.folder, 'out', 'copy'));
    await stack.io.export(fields['metrics']!, join(stack.folder, 'out', 'metrics.json'));
    const exported = {
      'copy/a.txt': 'A',
      'copy/sub/b.txt': 'B',
      'copy/sub/empty': '',
      'metrics.json': '{"a":1}',
      'weights.bin': 'weights',
    };
    expect(await filesBelow(join(stack.folder, 'out'))).toEqual(exported);
    await writeFile(join(stack.folder, 'out', 'weights.bin'), 'mine now');
    expect(await stack.another().verify({ kind: 'fields', fields })).toEqual([]);
  });
});

describe('the identity of a folder', () => {
  it('is its paths and bytes: not where it lies, times, or empty folders', async () => {
    await using stack = await temporaryStack();
    const [, folder] = await sources(stack.folder);
    const { digest } = await digestOfRef(folder);
    const [, twin] = await sources(join(stack.folder, 'elsewhere'));
    await mkdir(join(twin.path, 'nothing in it'));
    expect((await digestOfRef(twin)).digest).toBe(digest);
    await writeFile(join(twin.path, 'sub', 'b.txt'), 'C');
    expect((await digestOfRef(twin)).digest).not.toBe(digest);
  });

  it('counts what links point to, and refuses links that lead nowhere or in a circle', async () => {
    await using stack = await temporaryStack();
    const [file, folder] = await sources(stack.folder);
    const linked = join(stack.folder, 'linked');
    await mkdir(linked);
    await symlink(file.path, join(linked, 'weights'));
    await symlink(folder.path, join(linked, 'data'), 'junction');
    expect(await digestOfRef(DirectoryRef.of(linked))).toMatchObject({ files: 4 });
    await symlink(linked, join(linked, 'again'), 'junction');
    await expect(digestOfRef(DirectoryRef.of(linked))).rejects.toThrow('again is a link to a folder around it');
    const broken = join(stack.folder, 'broken');
    await mkdir(broken);
    await symlink(join(stack.folder, 'nowhere'), join(broken, 'lost'));
    await expect(digestOfRef(DirectoryRef.of(broken))).rejects.toMatchObject({
      code: 'ERR_FILE_NOT_FOUND',
      message: expect.stringContaining('lost'),
    });
  });

  it('can’t have a name that leads elsewhere', async () => {
    await using stack = await temporaryStack();
    const [file] = await sources(stack.folder);
    for (const name of ['../evil', 'a/b', '..', '']) {
      await expect(stack.io.save({ f: FileRef.of(file.path, { name }) }, 'load')).rejects.toMatchObject({
        code: 'ERR_INPUT',
      });
    }
    const io = createArtifactIo({ store: memoryArtifactStore(), cacheDir: stack.folder });
    const [saved] = artifactsOf(await io.save(file, 'load'));
    await expect(io.loadArtifact({ ...saved!, name: '../../evil' })).rejects.toMatchObject({ code: 'ERR_INPUT' });
  });
});

async function sources(parent: string): Promise<readonly [FileRef, DirectoryRef]> {
  const folder = join(parent, 'source', 'data');
  await mkdir(join(folder, 'sub'), { recursive: true });
  const files = { '../weights.bin': 'weights', 'a.txt': 'A', 'sub/b.txt': 'B', 'sub/empty': '' };
  for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content);
  return [FileRef.of(join(folder, '..', 'weights.bin')), DirectoryRef.of(folder)];
}
