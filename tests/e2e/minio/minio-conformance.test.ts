import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { minioArtifactStore } from '../../../framework/adapters/artifact-stores/minio.ts';
import { describeArtifactStore } from '../../conformance/artifact-store.suite.ts';
import { testService } from '../../services/test-service.ts';
import { type MinioBucket, minioBucket } from './minio-bucket.ts';

const service = testService('minio');

describe.skipIf(!service)('on a real MinIO (npm run services -- start)', () => {
  let bucket: MinioBucket;
  beforeAll(async () => {
    bucket = await minioBucket(service?.url ?? '');
  });
  afterAll(() => bucket.remove());

  describeArtifactStore({
    name: 'minio',
    open: async () => {
      const prefix = `case/${randomBytes(4).toString('hex')}`;
      const store = minioArtifactStore({ ...bucket.options, prefix, partSize: 5 << 20 });
      return {
        store,
        damage: async (digest) => {
          const name = `${prefix}/objects/${digest.slice(0, 2)}/${digest.slice(2)}`;
          await bucket.put(name, (await bucket.bytes(name)).map((byte) => byte ^ 1) as Buffer);
        },
        dispose: () => store.close(),
      };
    },
  });
});
