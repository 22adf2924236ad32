import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type MinioArtifactStoreOptions,
  minioArtifactStore,
} from '../../../framework/adapters/artifact-stores/minio.ts';
import { s3Connection } from '../../../framework/adapters/artifact-stores/s3-connection.ts';
import { removeUploads, unfinishedUploads } from '../../../framework/adapters/artifact-stores/s3-unfinished.ts';
import type { ArtifactStore } from '../../../framework/components/artifact-store.ts';
import type { StoredObject } from '../../../framework/hashing/content-folder.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import { canStart } from '../../services/can-start.ts';
import { needProgram } from '../../services/find-program.ts';
import { type MinioService, startMinio } from '../../services/start-minio.ts';
import { type MinioBucket, minioBucket } from './minio-bucket.ts';

const PART = 5 << 20;
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);

async function listed(store: ArtifactStore): Promise<readonly StoredObject[]> {
  const found: StoredObject[] = [];
  for await (const one of store.list()) found.push(one);
  return found;
}

describe.skipIf(!canStart('minio', 'mc'))("a MinIO of the test's own", () => {
  let server: MinioService;
  let bucket: MinioBucket;
  let folder: string;
  beforeAll(async () => {
    server = await startMinio();
    bucket = await minioBucket(server.url);
    folder = await mkdtemp(join(tmpdir(), 'sluice-minio-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    await server[Symbol.asyncDispose]();
  });

  function open(more: Partial<MinioArtifactStoreOptions> = {}): ArtifactStore {
    const store = minioArtifactStore({ ...bucket.options, partSize: PART, ...more });
    onTestFinished(() => store.close());
    return store;
  }

  async function fileOf(bytes: Buffer): Promise<string> {
    const file = join(folder, sha256(bytes));
    await writeFile(file, bytes);
    return file;
  }

  /** MinIO's own administrator. */
  const mc = (...args: readonly string[]): Promise<unknown> =>
    promisify(execFile)(needProgram('mc'), ['--config-dir', join(folder, 'mc'), ...args], {
      env: { ...process.env, MC_HOST_own: server.url },
    });

  it('is spoken to under the name of the bucket, as Amazon wants it', async () => {
    const asked = vi.spyOn(dns, 'lookup');
    // Not every system knows the names below localhost.
    asked.mockImplementation(((_name: string, options: { all?: boolean }, tell: (...answer: unknown[]) => void) =>
      options.all
        ? tell(null, [{ address: '127.0.0.1', family: 4 }])
        : tell(null, '127.0.0.1', 4)) as unknown as typeof dns.lookup);
    onTestFinished(() => asked.mockRestore());
    const endpoint = `http://localhost:${new URL(server.endpoint).port}`;
    const store = open({ endpoint, pathStyle: false });
    const bytes = randomBytes(2.5 * PART);
    const { digest } = await store.write({ file: await fileOf(bytes) });
    expect(sha256(await buffer(await store.read(digest)))).toBe(digest);
    expect(sha256(await bucket.bytes(`objects/${digest.slice(0, 2)}/${digest.slice(2)}`))).toBe(sha256(bytes));
    expect((await listed(store)).map((one) => one.digest)).toContain(digest);
    await store.remove(digest);
    expect(await store.has(digest)).toBe(false);
    const names = new Set(asked.mock.calls.map(([name]) => name));
    expect([...names]).toEqual([`${bucket.bucket}.localhost`]);
  });

  it('may be stopped in mid-upload: the step goes on when it is back, and the object is whole', async () => {
    const bytes = randomBytes(8 * PART);
    const written = open({ concurrency: 2 }).write({ file: await fileOf(bytes) });
    await vi.waitUntil(async () => (await unfinishedNames()).length > 0, { timeout: 20_000, interval: 5 });
    await server.kill();
    await pause(1000);
    await server.restart();
    const { digest } = await written;
    expect(sha256(await bucket.bytes(`objects/${digest.slice(0, 2)}/${digest.slice(2)}`))).toBe(sha256(bytes));
  });

  async function unfinishedNames(): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const { key } of bucket.client.listIncompleteUploads(bucket.bucket, '', true)) found.push(String(key));
    return found;
  }

  it('shows nothing of an upload whose process died, and a sweep removes it', async () => {
    const object = `objects/ab/${'c'.repeat(62)}`;
    const connection = s3Connection({
      ...bucket.options,
      prefix: '',
      region: 'us-east-1',
      pathStyle: true,
      retryForMs: 2000,
      silentForMs: 5000,
    });
    onTestFinished(() => connection.close());
    await bucket.client.initiateNewMultipartUpload(bucket.bucket, object, {});
    expect((await listed(open())).map(({ digest }) => digest)).not.toContain(`ab${'c'.repeat(62)}`);
    // MinIO lists unfinished uploads by the whole name of their object, other servers by its beginning.
    expect(await unfinishedUploads(connection, { prefix: object })).toEqual([]);
    expect(await removeUploads(connection, { prefix: object, graceMs: -60_000 })).toBe(1);
    expect(await unfinishedNames()).toEqual([]);
  });

  it('needs no more rights than get, put, list and delete below its prefix, and names the one that is missing', async () => {
    const prefix = 'team/a';
    const { bucket: name } = bucket;
    const allow = (actions: readonly string[], resource: string, more = {}) => ({
      Effect: 'Allow',
      Action: actions,
      Resource: [`arn:aws:s3:::${resource}`],
      ...more,
    });
    const list = allow(['s3:ListBucket'], name, { Condition: { StringLike: { 's3:prefix': [`${prefix}/*`] } } });
    const asUser = async (user: string, actions: readonly string[]): Promise<ArtifactStore> => {
      const file = join(folder, `${user}.json`);
      const statements = [list, allow(actions, `${name}/${prefix}/*`)];
      await writeFile(file, JSON.stringify({ Version: '2012-10-17', Statement: statements }));
      const secretKey = randomBytes(12).toString('hex');
      await mc('admin', 'user', 'add', 'own', user, secretKey);
      await mc('admin', 'policy', 'create', 'own', user, file);
      await mc('admin', 'policy', 'attach', 'own', user, '--user', user);
      return open({ prefix, accessKey: user, secretKey });
    };

    const store = await asUser('least', ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']);
    const small = await store.write(Buffer.from('hello'));
    const big = await store.write({ file: await fileOf(randomBytes(2 * PART + 1)) });
    expect(Buffer.from(await store.readBytes(small.digest)).toString()).toBe('hello');
    expect(sha256(await store.readBytes(big.digest))).toBe(big.digest);
    expect(await store.sizes([small.digest, sha256('absent'), big.digest])).toEqual([5, undefined, 2 * PART + 1]);
    expect((await listed(store)).map(({ size }) => size).sort()).toEqual([2 * PART + 1, 5].sort());
    await store.remove(big.digest);
    expect(await store.has(big.digest)).toBe(false);
    const before = await bucket.names();
    for (const check of store.checks())
      expect([check.check, await check.run()]).toEqual([check.check, expect.any(String)]);
    expect(await bucket.names()).toEqual(before);

    const rights = async (store: ArtifactStore): Promise<unknown> =>
      store
        .checks()
        .find(({ check }) => check === 'rights')
        ?.run();
    const noDelete = await asUser('keeper', ['s3:GetObject', 's3:PutObject']);
    await expect(rights(noDelete)).rejects.toMatchObject({
      code: 'ERR_STORE_REFUSED',
      message: expect.stringContaining('s3:DeleteObject'),
    });
    const noPut = await asUser('reader', ['s3:GetObject']);
    await expect(rights(noPut)).rejects.toMatchObject({ hint: expect.stringContaining('s3:PutObject') });
    await expect(noPut.write(randomBytes(10))).rejects.toMatchObject({
      message: expect.stringContaining('s3:PutObject'),
    });
  });

  it('says that a bucket is full', async () => {
    const full = await minioBucket(server.url);
    await mc('quota', 'set', `own/${full.bucket}`, '--size', '1MiB');
    const store = open({ ...full.options });
    await expect(store.write(randomBytes(2 << 20))).rejects.toMatchObject({
      code: 'ERR_STORE_WRITE',
      message: expect.stringContaining('no room'),
    });
    await expect(store.write({ file: await fileOf(randomBytes(3 * PART)) })).rejects.toMatchObject({
      code: 'ERR_STORE_WRITE',
    });
    expect(await full.names()).toEqual([]);
    await full.remove();
  });

  it('makes the bucket when it is asked to', async () => {
    const store = open({ bucket: `${bucket.bucket}-new` });
    const check = store.checks().find((one) => one.check === 'bucket');
    await expect(check?.run()).rejects.toMatchObject({ code: 'ERR_STORE_REFUSED' });
    expect(await check?.fix?.()).toContain('made the bucket');
    expect(await check?.run()).toBe(`${bucket.bucket}-new`);
    expect(await check?.fix?.()).toContain('is there already');
  });

  it('is spoken to over TLS, its checksums told beside the signature', async () => {
    const [key, cert] = [readFileSync(fixture('loopback.key.pem')), readFileSync(fixture('loopback.cert.pem'))];
    const tls = createServer({ key, cert }, (client) => {
      const upstream = connect(server.port, '127.0.0.1');
      client.pipe(upstream).pipe(client);
      for (const socket of [client, upstream])
        socket.on('error', () => client.destroy(upstream.destroy().errored ?? undefined));
    });
    await new Promise<void>((done) => tls.listen(0, '127.0.0.1', done));
    const endpoint = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`;
    const store = open({ endpoint, caFile: fixture('loopback.cert.pem') });
    const bytes = randomBytes(2 * PART + 17);
    const { digest } = await store.write({ file: await fileOf(bytes) });
    expect(sha256(await store.readBytes(digest))).toBe(digest);
    const small = await store.write(Buffer.from('over TLS'));
    const object = `objects/${small.digest.slice(0, 2)}/${small.digest.slice(2)}`;
    const head = await bucket.client.statObject(bucket.bucket, object);
    expect(head.metaData['sluice-sha256']).toBe(small.digest);
    await expect(open({ endpoint, retryForMs: 500 }).has(digest)).rejects.toMatchObject({
      code: 'ERR_STORE_UNREACHABLE',
      message: expect.stringMatching(/self-signed/i),
    });
    await store.close();
    tls.close();
  });
});
