import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type MinioArtifactStoreOptions,
  minioArtifactStore,
} from '../../../framework/adapters/artifact-stores/minio.ts';
import { readThrough } from '../../../framework/adapters/artifact-stores/read-through.ts';
import type { ArtifactStore } from '../../../framework/components/artifact-store.ts';
import type { ErrorCode } from '../../../framework/errors.ts';
import { type Digest, sha256 } from '../../../framework/hashing/digest.ts';
import { testService } from '../../services/test-service.ts';
import { type BadProxy, badProxy } from './bad-proxy.ts';
import { type MinioBucket, minioBucket } from './minio-bucket.ts';

const service = testService('minio');
const PART = 5 << 20;
const HELLO = sha256('hello');
const objectOf = (digest: Digest): string => `objects/${digest.slice(0, 2)}/${digest.slice(2)}`;
const code = (expected: ErrorCode): object => expect.objectContaining({ code: expected });

describe.skipIf(!service)('a real MinIO behind a bad line (npm run services -- start)', () => {
  let bucket: MinioBucket;
  let proxy: BadProxy;
  beforeAll(async () => {
    bucket = await minioBucket(service?.url ?? '');
  });
  afterAll(() => bucket.remove());
  beforeEach(async () => {
    proxy = await badProxy(bucket.options.endpoint);
    onTestFinished(() => proxy.close());
  });

  function open(more: Partial<MinioArtifactStoreOptions> = {}): ArtifactStore {
    const store = minioArtifactStore({ ...bucket.options, endpoint: proxy.endpoint, partSize: PART, ...more });
    onTestFinished(() => store.close());
    return store;
  }

  async function bigFile(parts: number): Promise<{ readonly file: string; readonly bytes: Buffer }> {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-minio-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const [file, bytes] = [join(folder, 'big'), randomBytes(parts * PART)];
    await writeFile(file, bytes);
    return { file, bytes };
  }

  it('sends again only the parts whose connection broke', async () => {
    const { file, bytes } = await bigFile(4);
    const store = open({ concurrency: 2 });
    await store.has(HELLO);
    // Each connection lasts for one part and a piece of the next.
    proxy.breakAfter.up = PART * 1.3;
    const { digest } = await store.write({ file });
    expect(proxy.broken).toBeGreaterThan(0);
    expect(proxy.seen.up).toBeLessThan(bytes.byteLength * 1.7);
    expect(sha256(await bucket.bytes(objectOf(digest)))).toBe(sha256(bytes));
  });

  it('goes on with a download where its connection broke', async () => {
    const { file, bytes } = await bigFile(4);
    const { digest } = await open().write({ file });
    const store = open();
    proxy.breakAfter.down = 3 << 20;
    const before = proxy.seen.down;
    expect(sha256(await buffer(await store.read(digest)))).toBe(sha256(bytes));
    expect(proxy.broken).toBeGreaterThan(3);
    // What had come is not fetched again.
    expect(proxy.seen.down - before).toBeLessThan(bytes.byteLength * 1.3);
  });

  it('waits for a server that comes back', async () => {
    const store = open();
    proxy.isDown = true;
    const written = store.write(Buffer.from('while it was down'));
    await pause(1500);
    proxy.isDown = false;
    expect(await written).toMatchObject({ size: 17 });
    expect(proxy.broken).toBeGreaterThan(2);
  });

  it('says who does not answer when its patience ends, and leaves nothing half', async () => {
    const { file } = await bigFile(3);
    const store = open({ retryForMs: 700, concurrency: 1 });
    await store.has(HELLO);
    const before = await bucket.names();
    proxy.breakAfter.up = PART * 1.3;
    const written = store.write({ file });
    await vi.waitUntil(() => proxy.broken > 0, { timeout: 20_000 });
    proxy.isDown = true;
    const error = await written.catch((thrown: unknown) => thrown);
    expect(error).toEqual(code('ERR_STORE_UNREACHABLE'));
    expect(String(error)).toContain(`${proxy.endpoint}/${bucket.bucket}`);
    expect(String(error)).not.toContain(bucket.options.secretKey);
    expect(await bucket.names()).toEqual(before);
  });

  it('fetches bytes again that were changed on the way, and names the damage when they stay wrong', async () => {
    await open().write(Buffer.from('hello'));
    const spoilt = (chunk: Buffer): Buffer => Buffer.from(chunk.toString('latin1').replace('hello', 'jello'), 'latin1');
    let times = 1;
    proxy.spoil = (chunk) => (chunk.includes('hello') && times-- > 0 ? spoilt(chunk) : chunk);
    expect(Buffer.from(await open().readBytes(HELLO)).toString()).toBe('hello');
    expect(times).toBeLessThan(0);
    times = 2;
    await expect(open().readBytes(HELLO)).rejects.toEqual(code('ERR_ARTIFACT_DAMAGED'));
  });

  it.each([1, 3])(
    'has the server refuse bytes that were changed on their way up, and sends them again (parts: %i)',
    async (parts) => {
      const { file, bytes } = await bigFile(parts);
      const store = open();
      let times = 1;
      proxy.spoilUp = (chunk) => {
        if (chunk.byteLength < 4096 || chunk.includes('HTTP/1.1') || times-- <= 0) return chunk;
        const spoilt = Buffer.from(chunk);
        spoilt[spoilt.byteLength - 1] = ~(spoilt.at(-1) ?? 0);
        return spoilt;
      };
      const { digest } = await store.write({ file });
      expect(times).toBeLessThan(0);
      expect(digest).toBe(sha256(bytes));
      expect(sha256(await bucket.bytes(objectOf(digest)))).toBe(digest);
    },
  );

  it('notices an object that somebody cut short, keeps it out of the cache and replaces it', async () => {
    const bytes = randomBytes(100_000);
    const digest = sha256(bytes);
    await open().write(bytes);
    await bucket.put(objectOf(digest), bytes.subarray(0, 50_000));
    const cacheDir = await mkdtemp(join(tmpdir(), 'sluice-cache-'));
    onTestFinished(() => rm(cacheDir, { recursive: true, force: true }));
    const store = readThrough({ remote: open(), cacheDir });
    expect(await store.size(digest)).toBe(50_000);
    await expect(store.localPath(digest)).rejects.toEqual(code('ERR_ARTIFACT_DAMAGED'));
    await store.write(bytes);
    expect([await store.size(digest), sha256(await bucket.bytes(objectOf(digest)))]).toEqual([100_000, digest]);
  });

  it('never replaces an object that it wrote', async () => {
    const bytes = randomBytes(1000);
    await open().write(bytes);
    const modified = async (): Promise<number> => {
      for await (const one of open().list()) if (one.digest === sha256(bytes)) return one.modifiedAt;
      return 0;
    };
    const first = await modified();
    await pause(1100);
    await open().write(bytes);
    expect(await modified()).toBe(first);
  });

  it('takes endpoints with credentials or a path for what they are', () => {
    expect(() => open({ endpoint: 'http://key:secret@127.0.0.1:9000' })).toThrow(code('ERR_STORE_OPEN') as Error);
    expect(() => open({ endpoint: 'http://127.0.0.1:9000/bucket' })).toThrow(code('ERR_STORE_OPEN') as Error);
  });
});

describe.skipIf(!service)('a real MinIO that says no (npm run services -- start)', () => {
  let bucket: MinioBucket;
  beforeAll(async () => {
    bucket = await minioBucket(service?.url ?? '');
  });
  afterAll(() => bucket.remove());

  const refusal = async (
    more: Partial<MinioArtifactStoreOptions>,
  ): Promise<{ code?: string; message: string; hint: string }> => {
    const store = minioArtifactStore({ ...bucket.options, ...more });
    onTestFinished(() => store.close());
    const results = await Promise.allSettled([
      store.has(HELLO),
      store.write(Buffer.from('hello')),
      store.readBytes(HELLO),
    ]);
    const reasons = results.map((one) =>
      one.status === 'rejected' ? (one.reason as Error & { code: string; hint: string }) : undefined,
    );
    // Asked for, written or read: the same reason.
    expect(reasons.map((one) => one?.code)).toEqual(Array(3).fill(reasons[1]?.code));
    const [, error] = reasons;
    return { code: error?.code, message: error?.message ?? '', hint: error?.hint ?? '' } as never;
  };

  it('to wrong credentials: says so, without them', async () => {
    for (const wrong of [{ accessKey: 'nobody-knows-me' }, { secretKey: 'wrong-secret-key' }]) {
      const { code: found, message, hint } = await refusal(wrong);
      expect(found).toBe('ERR_STORE_REFUSED');
      expect(message).toContain('does not know these credentials');
      expect(hint).toContain('accessKey');
      expect(message + hint).not.toMatch(/nobody-knows-me|wrong-secret-key/);
    }
  });

  it('to a bucket that is not there: says how to make it', async () => {
    const { code: found, message, hint } = await refusal({ bucket: 'sluice-test-no-such' });
    expect([found, message]).toEqual([
      'ERR_STORE_REFUSED',
      expect.stringContaining('there is no bucket sluice-test-no-such'),
    ]);
    expect(hint).toContain('doctor --fix');
  });

  it('to a clock that is wrong: says by how much', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 20 * 60_000 });
    onTestFinished(() => void vi.useRealTimers());
    const { code: found, message, hint } = await refusal({});
    expect([found, message]).toEqual(['ERR_STORE_REFUSED', expect.stringContaining('20 min behind the server')]);
    expect(hint).toContain('NTP');
  });
});
