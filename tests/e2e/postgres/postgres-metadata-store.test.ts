import { describe, it } from 'vitest';
import { postgresMetadataStore } from '../../../framework/adapters/metadata-stores/postgres.ts';
import { describeMetadataStore } from '../../conformance/metadata-store.suite.ts';
import { describeProcesses } from '../../conformance/metadata-store-processes.suite.ts';
import { testService } from '../../services/test-service.ts';
import { testSchema } from './postgres-schema.ts';

const server = testService('postgres');

if (server) {
  const { url } = server;
  describeMetadataStore({
    name: 'postgres',
    open: async () => {
      const { schema, drop } = testSchema(url);
      return { connect: async ({ now }) => postgresMetadataStore({ url, schema, now, poolSize: 2 }), dispose: drop };
    },
  });

  describeProcesses('Postgres', async () => {
    const { schema, drop } = testSchema(url);
    return {
      place: { flavor: 'postgres', url, schema },
      store: postgresMetadataStore({ url, schema }),
      dispose: drop,
    };
  });
} else {
  describe('metadata store postgres', () => {
    it.skip('no Postgres is running: npm run services -- start postgres');
  });
}
