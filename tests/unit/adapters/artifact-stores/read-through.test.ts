import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { memoryArtifactStore } from '../../../../framework/adapters/artifact-stores/memory.ts';
import { readThrough } from '../../../../framework/adapters/artifact-stores/read-through.ts';
import type { ArtifactStore } from '../../../../framework/components/artifact-store.ts';
import { checkedStream } from '../../../../framework/hashing/checked-stream.ts';
import type { Digest } from '../../../../framework/hashing/digest.ts';
import { sha256 } from '../../../../framework/hashing/digest.ts';

const HELLO = sha256('hello');
let cacheDir: string;
let remote: ArtifactStore;
const reads: string[] = [];

beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'sluice-cache-'));
  const memory = memoryArtifactStore();
  reads.length = 0;
  remote = {
    ...memory,
    close: async () => {},
    async read(digest) {
      reads.push(digest);
      return memory.read(digest);
    },
  };
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

const copyOf = (digest: Digest): string => join(cacheDir, 'objects', digest.slice(0, 2), digest.slice(2));
const open = (more: { readonly maxBytes?: number } = {}): ArtifactStore => readThrough({ remote, cacheDir, ...more });

it('fetches an object once, for however many at a time', async () => {
  await remote.write(Buffer.from('hello'));
  const store = open();
  const all = await Promise.all([...Array(8)].map(() => store.readBytes(HELLO)));
  expect(new Set(all.map((bytes) => Buffer.from(bytes).toString()))).toEqual(new Set(['hello']));
  expect((await buffer(await open().read(HELLO))).toString()).toBe('hello');
  expect(reads).toEqual([HELLO]);
});

it('says what the remote has, whatever the cache has', async () => {
  const store = open();
  await store.write(Buffer.from('hello'));
  await remote.remove(HELLO);
  expect([await store.has(HELLO), await store.size(HELLO), await store.sizes([HELLO])]).toEqual([
    false,
    undefined,
    [undefined],
  ]);
});

it('replaces a damaged copy by the bytes of the remote', async () => {
  await open().write(Buffer.from('hello'));
  await chmod(copyOf(HELLO), 0o644);
  await writeFile(copyOf(HELLO), 'jello');
  expect(Buffer.from(await open().readBytes(HELLO)).toString()).toBe('hello');
  expect(await readFile(copyOf(HELLO), 'utf8')).toBe('hello');
});

it('asks once more for bytes that came wrong, and keeps none that are', async () => {
  const wrong = (times: number): ArtifactStore => ({
    ...remote,
    read: async (digest) =>
      reads.push(digest) > times
        ? remote.read(digest)
        : checkedStream(Readable.from([Buffer.from('jello')]), digest, 'remote'),
  });
  await remote.write(Buffer.from('hello'));
  const lucky = readThrough({ remote: wrong(1), cacheDir });
  expect(Buffer.from(await lucky.readBytes(HELLO)).toString()).toBe('hello');
  await rm(copyOf(HELLO));
  reads.length = 0;
  const unlucky = readThrough({ remote: wrong(2), cacheDir });
  await expect(unlucky.localPath(HELLO)).rejects.toMatchObject({ code: 'ERR_ARTIFACT_DAMAGED' });
  expect([reads.length, existsSync(copyOf(HELLO))]).toEqual([2, false]);
});

it('has written nothing for others when the remote refuses', async () => {
  const refusing: ArtifactStore = { ...remote, write: () => Promise.reject(new Error('full')) };
  const store = readThrough({ remote: refusing, cacheDir });
  await expect(store.write(Buffer.from('hello'))).rejects.toThrow('full');
  expect(await store.has(HELLO)).toBe(false);
});

it('is trimmed to its size when it closes: least lately used first, never what it used itself', async () => {
  const objects = [...Array(4)].map(() => randomBytes(1000));
  const before = open();
  for (const bytes of objects) await before.write(bytes);
  await before.close();
  // As if a day and more had passed, the third the last one to be used.
  for (const [i, age] of [5, 4, 1, 3].entries()) {
    const path = copyOf(sha256(objects[i] as Buffer));
    const { mtime } = await stat(path);
    await utimes(path, Date.now() / 1000 - age * 86_400, mtime);
  }
  const store = open({ maxBytes: 4500 });
  await store.readBytes(sha256(objects[0] as Buffer));
  await store.write(randomBytes(1000));
  await store.close();
  expect(objects.map((bytes) => existsSync(copyOf(sha256(bytes))))).toEqual([true, false, true, true]);
});
