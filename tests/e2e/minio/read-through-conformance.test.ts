import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { minioArtifactStore } from '../../../framework/adapters/artifact-stores/minio.ts';
import { readThrough } from '../../../framework/adapters/artifact-stores/read-through.ts';
import { describeArtifactStore } from '../../conformance/artifact-store.suite.ts';
import { testService } from '../../services/test-service.ts';
import { type MinioBucket, minioBucket } from './minio-bucket.ts';

const service = testService('minio');

describe.skipIf(!service)('behind a cache, on a real MinIO (npm run services -- start)', () => {
  let bucket: MinioBucket;
  beforeAll(async () => {
    bucket = await minioBucket(service?.url ?? '');
  });
  afterAll(() => bucket.remove());

  describeArtifactStore({
    name: 'minio behind a cache',
    open: async () => {
      const prefix = `case/${randomBytes(4).toString('hex')}`;
      const cacheDir = await mkdtemp(join(tmpdir(), 'sluice-cache-'));
      const remote = minioArtifactStore({ ...bucket.options, prefix, partSize: 5 << 20 });
      const store = readThrough({ remote, cacheDir });
      return {
        store,
        damage: async (digest) => {
          const object = `objects/${digest.slice(0, 2)}/${digest.slice(2)}`;
          const flip = (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte) => byte ^ 1));
          await bucket.put(`${prefix}/${object}`, flip(await bucket.bytes(`${prefix}/${object}`)));
          const copy = join(cacheDir, object);
          await chmod(copy, 0o644);
          await writeFile(copy, flip(await readFile(copy)));
        },
        dispose: async () => {
          await store.close();
          await rm(cacheDir, { recursive: true, force: true });
        },
      };
    },
  });
});
