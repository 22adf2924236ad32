import { randomBytes } from 'node:crypto';
import { Client } from 'minio';
import type { MinioArtifactStoreOptions } from '../../../framework/adapters/artifact-stores/minio.ts';

/** A bucket of a test's own on a real server, with the eyes and hands of its administrator. */
export interface MinioBucket {
  /** What a store needs to use it. */
  readonly options: Pick<MinioArtifactStoreOptions, 'endpoint' | 'bucket' | 'accessKey' | 'secretKey'>;
  readonly client: Client;
  readonly bucket: string;
  /** Names of everything in it. */
  names(): Promise<readonly string[]>;
  bytes(name: string): Promise<Buffer>;
  put(name: string, bytes: Buffer, headers?: Readonly<Record<string, string>>): Promise<void>;
  /** With everything in it, unfinished uploads too. */
  remove(): Promise<void>;
}

/** @param url `http://key:secret@host:port` */
export async function minioBucket(url: string): Promise<MinioBucket> {
  const { hostname, port, username, password, protocol, host } = new URL(url);
  const bucket = `sluice-test-${randomBytes(6).toString('hex')}`;
  const [accessKey, secretKey] = [decodeURIComponent(username), decodeURIComponent(password)];
  const client = new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: protocol === 'https:',
    region: 'us-east-1',
    accessKey,
    secretKey,
  });
  await client.makeBucket(bucket);
  const names = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { name } of client.listObjectsV2(bucket, '', true)) found.push(String(name));
    return found;
  };
  return {
    options: { endpoint: `${protocol}//${host}`, bucket, accessKey, secretKey },
    client,
    bucket,
    names,
    async bytes(name) {
      const chunks: Buffer[] = [];
      for await (const chunk of await client.getObject(bucket, name)) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
    async put(name, bytes, headers = {}) {
      await client.putObject(bucket, name, bytes, bytes.byteLength, { ...headers });
    },
    async remove() {
      await client.removeObjects(bucket, [...(await names())]);
      for await (const { key } of client.listIncompleteUploads(bucket, '', true)) {
        await client.removeIncompleteUpload(bucket, String(key));
      }
      await client.removeBucket(bucket);
    },
  };
}
