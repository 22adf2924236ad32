import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { postgresMetadataStore } from '../../../framework/adapters/metadata-stores/postgres.ts';
import { testService } from '../../services/test-service.ts';
import { type TestSchema, testSchema } from '../postgres/postgres-schema.ts';

const service = testService('postgres');
const SHORT_MS = 200;
/** Never waited for: another limit comes first. */
const LONG_MS = 600_000;

describe.skipIf(!service)('a record that somebody else has locked (npm run services -- start)', () => {
  const url = service?.url ?? '';
  let space: TestSchema;
  beforeAll(async () => {
    space = testSchema(url);
    const store = postgresMetadataStore({ url, schema: space.schema });
    await store.migrate();
    await store.close();
  });
  afterAll(() => space?.drop());

  /** A session that holds the table of runs, as a careless migration or a backup would. */
  async function lockRuns(): Promise<() => Promise<void>> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(`begin; lock table "${space.schema}".run in access exclusive mode`);
    return () => client.end();
  }

  it.each([
    ['lockTimeoutMs', { lockTimeoutMs: SHORT_MS, statementTimeoutMs: LONG_MS }, /lock timeout/],
    ['statementTimeoutMs', { lockTimeoutMs: LONG_MS, statementTimeoutMs: SHORT_MS }, /statement timeout/],
  ] as const)('is waited for as long as %s says, and then named', async (_option, limits, reason) => {
    const store = postgresMetadataStore({ url, schema: space.schema, ...limits });
    onTestFinished(() => store.close());
    const letGo = await lockRuns();
    try {
      const error: unknown = await store.listRuns().catch((fault: unknown) => fault);
      expect(error).toMatchObject({ code: 'ERR_STORE_BUSY', message: expect.stringMatching(reason) });
      expect((error as Error).message).toContain('postgres');
      expect((error as Error).message).not.toContain(new URL(url).password);
    } finally {
      await letGo();
    }
    // The same connection, unharmed.
    expect(await store.listRuns()).toMatchObject({ items: [] });
  });
});
