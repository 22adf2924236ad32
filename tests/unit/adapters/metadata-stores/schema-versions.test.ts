import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { MetadataSchema } from '../../../../framework/adapters/metadata-stores/metadata-schema.ts';
import { MIGRATIONS } from '../../../../framework/adapters/metadata-stores/migrations.ts';
import { nodeSqliteDialect } from '../../../../framework/adapters/metadata-stores/node-sqlite-dialect.ts';
import { sqliteMetadataStore } from '../../../../framework/adapters/metadata-stores/sqlite.ts';
import { temporaryFolder } from '../../executor/open-test-stack.ts';
import { sampleRows } from './sample-rows.ts';

/**
 * Databases as every earlier version left them, as SQL. Once written a file is never changed: it is what users have.
 * `UPDATE_GOLDEN=1` writes those that are missing, for the version that was added last.
 */
const FOLDER = resolve(import.meta.dirname, '../../../golden/schema');
const fileOf = (version: number): string => join(FOLDER, `sqlite-v${version}.sql`);
/** The first that a Sluice has written. */
const FIRST = 2;
const VERSIONS = Array.from({ length: MIGRATIONS.length - FIRST + 1 }, (_, i) => FIRST + i);

const CAPABILITIES = {
  keyType: 'text',
  keyedTable: 'without rowid',
  oneWriter: true,
  likeAnyCase: 'like',
  isMissingTable: () => true,
} as const;

/** A database of that version, with a row in each table, as SQL text. */
async function dumpOf(version: number): Promise<string> {
  const database = new DatabaseSync(':memory:');
  const dialect = nodeSqliteDialect({ open: async () => database, explain: (error) => error });
  const db = new Kysely<MetadataSchema>({ dialect });
  await db.schema
    .createTable('schema_version')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('version', 'integer', (c) => c.notNull())
    .execute();
  await db.transaction().execute(async (on) => {
    for (const migration of MIGRATIONS.slice(0, version)) await migration(on, CAPABILITIES);
    await on.insertInto('schema_version').values({ id: 1, version }).execute();
  });
  const made = database
    .prepare("select sql from sqlite_master where sql is not null and name <> 'sqlite_sequence' order by rowid")
    .all();
  const lines = [...made.map(({ sql }) => `${String(sql)};`), ...sampleRows(database)];
  await db.destroy();
  return `${lines.join('\n')}\n`;
}

/** Tables and indices, each with its columns, whatever the order and the words in which they were made. */
function shapeOf(path: string): readonly string[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const objects = database
      .prepare("select type, name, tbl_name from sqlite_master where name not like 'sqlite_%'")
      .all();
    return objects
      .map(({ type, name, tbl_name: table }) => {
        const columns = database
          .prepare(`select name, type, "notnull", pk from pragma_table_info(?) order by name`)
          .all(String(table));
        const indexed = database.prepare('select name from pragma_index_info(?) order by seqno').all(String(name));
        return JSON.stringify([type, name, table, type === 'table' ? columns : indexed]);
      })
      .sort();
  } finally {
    database.close();
  }
}

describe('a database of an earlier schema version', () => {
  it('is kept as a fixture, for every version (UPDATE_GOLDEN=1 adds those that are missing)', async () => {
    if (process.env['UPDATE_GOLDEN'] === '1') {
      mkdirSync(FOLDER, { recursive: true });
      for (const version of VERSIONS)
        if (!existsSync(fileOf(version))) writeFileSync(fileOf(version), await dumpOf(version));
    }
    expect(readdirSync(FOLDER).sort()).toEqual(VERSIONS.map((version) => `sqlite-v${version}.sql`).sort());
  });

  it.each(VERSIONS)('is brought from version %i to the newest, with all that it holds', async (version) => {
    const folder = temporaryFolder();
    const [old, fresh] = [join(folder, 'old.db'), join(folder, 'fresh.db')];
    const database = new DatabaseSync(old);
    database.exec(readFileSync(fileOf(version), 'utf8'));
    database.close();
    for (const path of [old, fresh]) {
      const store = sqliteMetadataStore({ path });
      await store.migrate();
      expect(await store.schemaVersion()).toBe(store.newestSchema);
      await store.close();
    }
    expect(shapeOf(old)).toEqual(shapeOf(fresh));
    const store = sqliteMetadataStore({ path: old });
    const run = await store.findRun('latest');
    expect(run).toMatchObject({ id: 'run-1', name: 'name', status: 'succeeded', tags: ['text'], mode: 'fail-fast' });
    const [step] = await store.stepRuns('run-1');
    expect(step).toMatchObject({
      id: 'run-1/load',
      status: 'succeeded',
      output: { kind: 'value' },
      parts: [{ part: 'schema' }],
    });
    expect(await store.attempts('run-1/load')).toHaveLength(1);
    expect((await store.lookup('key-1' as never))?.output).toEqual(step?.output);
    expect((await store.listArtifacts()).items).toHaveLength(1);
    expect(await store.readLogs('run-1/load')).toMatchObject([{ message: 'text', level: 'info' }]);
    expect((await store.tracked('run-1')).flatMap(({ entries }) => entries).map(({ kind }) => kind)).toEqual([
      'param',
      'metric',
    ]);
    expect((await store.keptArtifacts({ releasedSince: 0 })).map(({ by }) => by)).toContain('run');
    expect(await store.readRunRecord('run-1')).toBeDefined();
    await store.deleteRun('run-1');
    expect(await store.findRun('run-1')).toBeUndefined();
    await store.close();
  });
});
