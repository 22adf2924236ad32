import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { describe, it } from 'vitest';
import { postgresMetadataStore } from '../../../framework/adapters/metadata-stores/postgres.ts';
import { describeMetadataStore } from '../../conformance/metadata-store.suite.ts';
import { testService } from '../../services/test-service.ts';

const server = testService('postgres');

if (server) {
  const { url } = server;
  describeMetadataStore({
    name: 'postgres',
    open: async () => {
      const schema = `test_${randomBytes(6).toString('hex')}`;
      return {
        connect: async ({ now }) => postgresMetadataStore({ url, schema, now, poolSize: 2 }),
        dispose: async () => {
          const client = new pg.Client({ connectionString: url });
          await client.connect();
          await client.query(`drop schema "${schema}" cascade`);
          await client.end();
        },
      };
    },
  });
} else {
  describe('metadata store postgres', () => {
    it.skip('no Postgres is running: npm run services -- start postgres');
  });
}
