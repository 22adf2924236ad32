import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect } from 'vitest';
import type { ArtifactStore } from '../../framework/components/artifact-store.ts';
import { type Blake3, startBlake3, WORTH_BLAKE3 } from '../../framework/hashing/blake3.ts';
import { type Digest, sha256 } from '../../framework/hashing/digest.ts';
import { type Case, describeCases, type Skip } from './conformance.ts';

/** An empty artifact store, and what a test can do to it behind its back. */
export interface ArtifactStoreSubject {
  readonly store: ArtifactStore;
  /** Changes the stored bytes without changing their number. */
  readonly damage: (digest: Digest) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const code = (expected: string): object => expect.objectContaining({ code: expected });
const HELLO = sha256('hello');
const ABSENT = sha256('absent');
/** More than any store reads at once. */
const BIG = Buffer.alloc(9 * 1024 * 1024, 'sluice ');

const CASES: readonly Case<ArtifactStoreSubject>[] = [
  [
    'gives back the bytes under their SHA-256',
    async ({ store }) => {
      expect(await store.write(bytes('hello'))).toEqual({ digest: HELLO, size: 5 });
      expect(Buffer.from(await store.readBytes(HELLO)).toString()).toBe('hello');
      expect((await buffer(await store.read(HELLO))).toString()).toBe('hello');
    },
  ],
  [
    'keeps the empty object',
    async ({ store }) => {
      const { digest } = await store.write(new Uint8Array());
      expect([digest, await store.size(digest), (await store.readBytes(digest)).byteLength]).toEqual([
        sha256(''),
        0,
        0,
      ]);
      expect((await buffer(await store.read(digest))).byteLength).toBe(0);
    },
  ],
  [
    'knows what it has',
    async ({ store }) => {
      await store.write(bytes('hello'));
      expect([await store.has(HELLO), await store.size(HELLO)]).toEqual([true, 5]);
      expect([await store.has(ABSENT), await store.size(ABSENT)]).toEqual([false, undefined]);
    },
  ],
  [
    'tells the sizes of many at once, in their order',
    async ({ store }) => {
      const texts = Array.from({ length: 100 }, (_, i) => `${i}`.repeat(i));
      for (const text of texts) await store.write(bytes(text));
      const digests = [ABSENT, ...texts.map(sha256), HELLO, sha256('1')];
      expect(await store.sizes(digests)).toEqual([undefined, ...texts.map(({ length }) => length), undefined, 1]);
      expect(await store.sizes([])).toEqual([]);
    },
  ],
  [
    'fails with ERR_ARTIFACT_MISSING before the first byte',
    async ({ store }) => {
      await expect(store.read(ABSENT)).rejects.toEqual(code('ERR_ARTIFACT_MISSING'));
      await expect(store.readBytes(ABSENT)).rejects.toEqual(code('ERR_ARTIFACT_MISSING'));
    },
  ],
  [
    'takes the same bytes again, from any number of writers at once',
    async ({ store }) => {
      const results = await Promise.all(Array.from({ length: 20 }, () => store.write(bytes('hello'))));
      expect(new Set(results.map(({ digest }) => digest))).toEqual(new Set([HELLO]));
      expect(await listed(store)).toEqual([{ digest: HELLO, size: 5 }]);
    },
  ],
  [
    'takes a small and a big file',
    ({ store }) =>
      inFolder(async (folder) => {
        for (const [name, content] of Object.entries({ small: bytes('hello'), big: BIG })) {
          const file = join(folder, name);
          await writeFile(file, content);
          expect(await store.write({ file })).toEqual({ digest: sha256(content), size: content.byteLength });
          expect(sha256(await buffer(await store.read(sha256(content))))).toBe(sha256(content));
        }
        // The file stays the user's: what becomes of it is nothing to the store.
        await writeFile(join(folder, 'big'), 'other');
        expect(sha256(await store.readBytes(sha256(BIG)))).toBe(sha256(BIG));
      }),
  ],
  [
    'gives the right bytes of a big file by its second digest, and whatever that is',
    ({ store }) =>
      inFolder(async (folder) => {
        const file = join(folder, 'huge');
        const { bytes: huge, digest, blake3 } = hugeFile();
        await writeFile(file, huge);
        const written = await store.write({ file });
        expect(written).toEqual({ digest, size: huge.byteLength, ...(written.blake3 && { blake3 }) });
        for (const second of [blake3, blake3Of(BIG)]) {
          const into = join(folder, second);
          if (store.readInto) expect(await store.readInto(digest, into, second)).toBe(huge.byteLength);
          const path = store.readInto ? into : await store.localPath(digest, second);
          if (path !== undefined) expect(huge.equals(await readFile(path))).toBe(true);
        }
      }),
  ],
  [
    'says which source file is not there',
    async ({ store }) => {
      await expect(store.write({ file: join(tmpdir(), 'sluice-no-such-file') })).rejects.toEqual(
        code('ERR_FILE_NOT_FOUND'),
      );
      expect(await listed(store)).toEqual([]);
    },
  ],
  [
    'is not changed by what a caller does to bytes it gave or got',
    async ({ store }) => {
      const given = bytes('hello');
      await store.write(given);
      given.fill(0);
      (await store.readBytes(HELLO)).fill(0);
      expect(Buffer.from(await store.readBytes(HELLO)).toString()).toBe('hello');
    },
  ],
  [
    'lists what it holds with size and time',
    async ({ store }) => {
      const before = Date.now();
      for (const text of ['a', 'bb', 'ccc']) await store.write(bytes(text));
      const sizes = new Map((await listed(store)).map(({ digest, size }) => [digest, size]));
      expect(sizes).toEqual(
        new Map([
          [sha256('a'), 1],
          [sha256('bb'), 2],
          [sha256('ccc'), 3],
        ]),
      );
      // A minute of doubt: the clock may be another machine's.
      for await (const { modifiedAt } of store.list()) expect(Math.abs(modifiedAt - before)).toBeLessThan(60_000);
    },
  ],
  [
    'forgets what is removed, and takes it again',
    async ({ store }) => {
      await store.write(bytes('hello'));
      await store.remove(HELLO);
      await store.remove(HELLO);
      expect([await store.has(HELLO), await listed(store)]).toEqual([false, []]);
      await store.write(bytes('hello'));
      expect(Buffer.from(await store.readBytes(HELLO)).toString()).toBe('hello');
    },
  ],
  [
    'gives a read-only path to the whole object, where it has paths',
    async ({ store }) => {
      await store.write(bytes('hello'));
      const path = await store.localPath(HELLO);
      expect(path !== undefined).toBe(store.capabilities.localPaths);
      expect(await store.localPath(ABSENT)).toBeUndefined();
      if (path === undefined) return;
      expect(await readFile(path, 'utf8')).toBe('hello');
      expect((await stat(path)).mode & 0o222).toBe(0);
    },
  ],
  [
    'notices damaged bytes on every way to them',
    async ({ store, damage }) => {
      await store.write(bytes('hello'));
      await store.localPath(HELLO);
      await damage(HELLO);
      await expect(store.readBytes(HELLO)).rejects.toEqual(code('ERR_ARTIFACT_DAMAGED'));
      await expect(store.read(HELLO).then(buffer)).rejects.toEqual(code('ERR_ARTIFACT_DAMAGED'));
      if (store.capabilities.localPaths) {
        await expect(store.localPath(HELLO)).rejects.toEqual(code('ERR_ARTIFACT_DAMAGED'));
      }
    },
  ],
  [
    'notices damaged bytes of a big file that has a second digest',
    ({ store, damage }) =>
      inFolder(async (folder) => {
        const file = join(folder, 'huge');
        const { bytes: huge, digest, blake3 } = hugeFile();
        await writeFile(file, huge);
        await store.write({ file });
        await damage(digest);
        const ways = [
          store.readInto && (() => store.readInto?.(digest, join(folder, 'damaged'), blake3)),
          store.capabilities.localPaths && (() => store.localPath(digest, blake3)),
        ];
        for (const way of ways) if (way) await expect(way()).rejects.toEqual(code('ERR_ARTIFACT_DAMAGED'));
      }),
  ],
  [
    'replaces damaged bytes when the right ones are written',
    async ({ store, damage }) => {
      await store.write(bytes('hello'));
      await damage(HELLO);
      await store.write(bytes('hello'));
      expect(Buffer.from(await store.readBytes(HELLO)).toString()).toBe('hello');
    },
  ],
];

/** What every artifact store promises. `open` gives an empty one each time. */
export function describeArtifactStore(options: {
  readonly name: string;
  readonly open: () => Promise<ArtifactStoreSubject>;
  readonly skip?: readonly Skip[];
}): void {
  describeCases(`artifact store ${options.name}`, CASES, options);
}

/** So big that a store may tell, and use, its BLAKE3. Made once. */
function hugeFile(): { readonly bytes: Buffer; readonly digest: Digest; readonly blake3: Blake3 } {
  if (huge) return huge;
  const content = Buffer.alloc(WORTH_BLAKE3 + 1, 'sluice  ');
  huge = { bytes: content, digest: sha256(content), blake3: blake3Of(content) };
  return huge;
}
let huge: ReturnType<typeof hugeFile> | undefined;

function blake3Of(bytes: Uint8Array): Blake3 {
  const running = startBlake3();
  if (!running) throw new Error('@napi-rs/blake-hash has no binary for this system.');
  running.update(bytes);
  return running.digest();
}

async function listed(store: ArtifactStore): Promise<{ digest: Digest; size: number }[]> {
  const found: { digest: Digest; size: number }[] = [];
  for await (const { digest, size } of store.list()) found.push({ digest, size });
  return found;
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-conformance-'));
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
