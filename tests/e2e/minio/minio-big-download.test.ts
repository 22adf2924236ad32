import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { minioArtifactStore } from '../../../framework/adapters/artifact-stores/minio.ts';
import { readThrough } from '../../../framework/adapters/artifact-stores/read-through.ts';
import type { ArtifactStore } from '../../../framework/components/artifact-store.ts';
import { type Blake3, startBlake3 } from '../../../framework/hashing/blake3.ts';
import { type Digest, sha256 } from '../../../framework/hashing/digest.ts';
import { testService } from '../../services/test-service.ts';
import { type BadProxy, badProxy } from './bad-proxy.ts';
import { type MinioBucket, minioBucket } from './minio-bucket.ts';

const service = testService('minio');
/** Big enough for threads, with a last range that is shorter than the others. */
const BYTES = randomBytes((45 << 20) + 7);

describe.skipIf(!service)('a big file out of a real MinIO behind a bad line (npm run services -- start)', () => {
  let bucket: MinioBucket;
  let proxy: BadProxy;
  let digest: Digest;
  let folder: string;
  beforeAll(async () => {
    bucket = await minioBucket(service?.url ?? '');
    ({ digest } = await minioArtifactStore(bucket.options).write(BYTES));
  });
  afterAll(() => bucket.remove());
  beforeEach(async () => {
    proxy = await badProxy(bucket.options.endpoint);
    folder = await mkdtemp(join(tmpdir(), 'sluice-minio-'));
    onTestFinished(async () => {
      await proxy.close();
      await rm(folder, { recursive: true, force: true });
    });
  });

  const open = (): ArtifactStore => {
    const store = minioArtifactStore({ ...bucket.options, endpoint: proxy.endpoint, retryForMs: 2000 });
    onTestFinished(() => store.close());
    return store;
  };
  const readInto = (file: string): Promise<number> | undefined => open().readInto?.(digest, file);

  it('comes whole, and once', async () => {
    const file = join(folder, 'big');
    expect(await readInto(file)).toBe(BYTES.byteLength);
    expect(sha256(readFileSync(file))).toBe(digest);
    expect(proxy.seen.down).toBeLessThan(BYTES.byteLength * 1.05);
    expect(proxy.seen.connections).toBeGreaterThan(1);
  });

  it('goes on where connections broke', async () => {
    proxy.breakAfter.down = 3 << 20;
    const file = join(folder, 'big');
    await readInto(file);
    expect(sha256(readFileSync(file))).toBe(digest);
    expect(proxy.broken).toBeGreaterThan(5);
    expect(proxy.seen.down).toBeLessThan(BYTES.byteLength * 1.5);
  });

  it('comes by signed requests from a server that takes no links', async () => {
    let refused = 0;
    proxy.spoilUp = (chunk) => {
      if (!chunk.includes('X-Amz-Signature=')) return chunk;
      refused++;
      return Buffer.from(chunk.toString('latin1').replace(/X-Amz-Signature=..../, 'X-Amz-Signature=0000'), 'latin1');
    };
    const file = join(folder, 'big');
    await readInto(file);
    expect(sha256(readFileSync(file))).toBe(digest);
    expect(refused).toBeGreaterThan(0);
  });

  it('whose bytes are changed on the way is damaged; through the cache it is fetched once more', async () => {
    /** A whole range of blocks at the end of the file. */
    let times = 1;
    proxy.spoil = (chunk) => {
      if (proxy.seen.down < BYTES.byteLength / 2 || chunk.byteLength < 60_000 || times-- <= 0) return chunk;
      return Buffer.from(chunk).fill(0, chunk.byteLength - 100);
    };
    await expect(readInto(join(folder, 'big'))).rejects.toMatchObject({ code: 'ERR_ARTIFACT_DAMAGED' });
    times = 1;
    const cache = readThrough({ remote: open(), cacheDir: join(folder, 'cache') });
    expect(sha256(readFileSync((await cache.localPath(digest)) ?? ''))).toBe(digest);
    expect(times).toBeLessThanOrEqual(0);
    await cache.close();
  });

  it('is checked by the BLAKE3 that the record has of it, whose bytes these are, and by nothing else', async () => {
    const [name, file] = [sha256('another name'), join(folder, 'big')];
    await bucket.put(objectOf(name), BYTES);
    expect(await open().readInto?.(name, file, blake3Of(BYTES))).toBe(BYTES.byteLength);
    expect(sha256(readFileSync(file))).toBe(digest);
    const again = open().readInto?.(name, join(folder, 'unvouched'));
    await expect(again).rejects.toMatchObject(damaged(name, digest));
  });

  it('with a BLAKE3 goes on where connections broke, and comes once more when bytes are changed on the way', async () => {
    proxy.breakAfter.down = 3 << 20;
    const file = join(folder, 'big');
    await open().readInto?.(digest, file, blake3Of(BYTES));
    expect(sha256(readFileSync(file))).toBe(digest);
    expect(proxy.broken).toBeGreaterThan(5);
    proxy.breakAfter.down = Number.POSITIVE_INFINITY;
    const before = proxy.seen.down;
    let times = 1;
    proxy.spoil = (chunk) => {
      if (proxy.seen.down - before < BYTES.byteLength / 2 || chunk.byteLength < 60_000 || times-- <= 0) return chunk;
      return Buffer.from(chunk).fill(0, chunk.byteLength - 100);
    };
    const cache = readThrough({ remote: open(), cacheDir: join(folder, 'cache') });
    expect(sha256(readFileSync((await cache.localPath(digest, blake3Of(BYTES))) ?? ''))).toBe(digest);
    expect(times).toBeLessThanOrEqual(0);
    await cache.close();
  });

  it.each([
    ['cut short', BYTES.subarray(0, 33 << 20)],
    ['longer', Buffer.concat([BYTES, BYTES.subarray(0, 1)])],
    ['with two parts in each other’s place', swapped(BYTES, 8 << 20)],
    ['with one bit changed', Buffer.from(BYTES).fill((BYTES.at(-1) ?? 0) ^ 1, BYTES.byteLength - 1)],
  ])('an object that somebody left %s is damaged by its BLAKE3, and the error names what it is', async (_, bytes) => {
    const prefix = `spoilt-${sha256(bytes)}`;
    const store = minioArtifactStore({ ...bucket.options, prefix });
    await bucket.put(`${prefix}/${objectOf(digest)}`, bytes);
    const read = store.readInto?.(digest, join(folder, 'big'), blake3Of(BYTES));
    await expect(read).rejects.toMatchObject(damaged(digest, sha256(bytes)));
    await store.close();
  });

  it('leaves nothing in the cache when the server is gone in the middle', async () => {
    proxy.spoil = (chunk) => {
      if (proxy.seen.down > BYTES.byteLength / 3) proxy.isDown = true;
      return chunk;
    };
    const cache = readThrough({ remote: open(), cacheDir: join(folder, 'cache') });
    await expect(cache.localPath(digest)).rejects.toMatchObject({ code: 'ERR_STORE_UNREACHABLE' });
    expect(readdirSync(join(folder, 'cache', 'tmp'))).toEqual([]);
    expect(existsSync(join(folder, 'cache', 'objects', digest.slice(0, 2), digest.slice(2)))).toBe(false);
    await cache.close();
  });

  it('that is not there is said to be missing, before a file is made', async () => {
    const file = join(folder, 'none');
    await expect(open().readInto?.(sha256('none'), file)).rejects.toMatchObject({ code: 'ERR_ARTIFACT_MISSING' });
    expect(existsSync(file)).toBe(false);
  });
});

const objectOf = (digest: Digest): string => `objects/${digest.slice(0, 2)}/${digest.slice(2)}`;

/** The error says both digests. */
const damaged = (digest: Digest, found: Digest): object => ({
  code: 'ERR_ARTIFACT_DAMAGED',
  message: expect.stringMatching(new RegExp(`${digest}.*${found}`)) as string,
});

function blake3Of(bytes: Uint8Array): Blake3 {
  const running = startBlake3();
  if (!running) throw new Error('@napi-rs/blake-hash has no binary for this system.');
  running.update(bytes);
  return running.digest();
}

/** The same bytes with the second and the third part exchanged. */
function swapped(bytes: Buffer, part: number): Buffer {
  const [one, other] = [bytes.subarray(part, 2 * part), bytes.subarray(2 * part, 3 * part)];
  return Buffer.concat([bytes.subarray(0, part), other, one, bytes.subarray(3 * part)]);
}
