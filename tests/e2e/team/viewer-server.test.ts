import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { openStack } from '../../../framework/stack/open-stack.ts';
import { describeViewerServer } from '../../conformance/viewer-server.suite.ts';
import { testService } from '../../services/test-service.ts';
import { temporaryFolder } from '../../unit/executor/open-test-stack.ts';
import { type MinioBucket, minioBucket } from '../minio/minio-bucket.ts';
import { testSchema } from '../postgres/postgres-schema.ts';

const [postgres, minio] = [testService('postgres'), testService('minio')];

describe.skipIf(!postgres || !minio)('on a real Postgres and MinIO (npm run services -- start)', () => {
  let bucket: MinioBucket;
  beforeAll(async () => {
    bucket = await minioBucket(minio?.url ?? '');
  });
  afterAll(() => bucket.remove());

  describeViewerServer({
    name: 'Postgres and MinIO',
    open: async () => {
      const dir = temporaryFolder();
      const { schema, drop } = testSchema(postgres?.url ?? '');
      const stack = {
        artifact_store: { flavor: 'minio', ...bucket.options, prefix: schema },
        metadata_store: { flavor: 'postgres', url: postgres?.url, schema },
      };
      mkdirSync(join(dir, 'stacks'));
      // JSON is YAML too.
      writeFileSync(join(dir, 'stacks', 'shared.yaml'), JSON.stringify(stack));
      const project = { dir, home: join(dir, '.sluice') };
      return { connect: () => openStack({ project, name: 'shared', isServer: true }), dispose: drop };
    },
  });
});
