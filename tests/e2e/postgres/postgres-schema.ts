import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A schema of a test's own, on a server that others use too. */
export interface TestSchema {
  readonly schema: string;
  /** One statement, beside every store. */
  query(text: string): Promise<readonly Record<string, unknown>[]>;
  drop(): Promise<void>;
}

export function testSchema(url: string): TestSchema {
  const schema = `test_${randomBytes(6).toString('hex')}`;
  async function query(text: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }
  return { schema, query, drop: async () => void (await query(`drop schema if exists "${schema}" cascade`)) };
}
