import pg from 'pg';
import { describe, expect, it, vi } from 'vitest';
import { keyChannel } from '../../../framework/adapters/metadata-stores/change-triggers.ts';
import { postgresMetadataStore } from '../../../framework/adapters/metadata-stores/postgres.ts';
import { claimed, LEASE } from '../../conformance/metadata-store/claimed.ts';
import { keyOf, sampleCommit, sampleRun, sampleStep } from '../../conformance/metadata-store/sample-records.ts';
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

  it('postgres tells who waits for a key at once that its claim was given back, with a result or without', async () => {
    const { schema, drop } = testSchema(url);
    const store = postgresMetadataStore({ url, schema });
    await store.migrate();
    await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
    const told: (string | undefined)[] = [];
    const ear = new pg.Client({ connectionString: url });
    await ear.connect();
    try {
      ear.on('notification', ({ payload }) => told.push(payload));
      await ear.query(`listen "${keyChannel(schema)}"`);
      const mine = await claimed(store, 'a', 'me');
      expect(await store.renewClaim(mine, LEASE)).toBe(true);
      await store.releaseClaim(mine);
      await store.commit(sampleCommit('run-aaaa', 'load', { claim: await claimed(store, 'load', 'me') }));
      await vi.waitFor(() => expect(told).toEqual([keyOf('a'), keyOf('load')]));
    } finally {
      await ear.end();
      await store.close();
      await drop();
    }
  });
} else {
  describe('metadata store postgres', () => {
    it.skip('no Postgres is running: npm run services -- start postgres');
  });
}
