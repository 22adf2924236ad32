import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeSqliteDialect } from '../../../../framework/adapters/metadata-stores/node-sqlite-dialect.ts';
import { sqliteMetadataStore } from '../../../../framework/adapters/metadata-stores/sqlite.ts';
import { sqliteError } from '../../../../framework/adapters/metadata-stores/sqlite-error.ts';
import { sampleRun, sampleStep } from '../../../conformance/metadata-store/sample-records.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-sqlite-'));
  path = join(folder, 'home', 'sluice.db');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const inDatabase = (work: (database: DatabaseSync) => void): void => {
  const database = new DatabaseSync(path);
  work(database);
  database.close();
};

describe('the SQLite metadata store', () => {
  it('touches nothing before its first call, then makes its own folder', async () => {
    const store = sqliteMetadataStore({ path });
    expect(await readdir(folder)).toEqual([]);
    await store.migrate();
    await store.close();
    // The log is copied into the file and removed when the last connection closes.
    expect(await readdir(join(folder, 'home'))).toEqual(['sluice.db']);
  });

  it('closes without ever having been opened', async () => {
    await sqliteMetadataStore({ path }).close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not make up a path that was mistyped', async () => {
    const store = sqliteMetadataStore({ path: join(folder, 'no', 'such', 'folder', 'sluice.db') });
    await expect(store.migrate()).rejects.toMatchObject({
      code: 'ERR_STORE_OPEN',
      message: expect.stringContaining('a part of the path does not exist'),
    });
  });

  it('says that a file is not a database', async () => {
    path = join(folder, 'notes.txt');
    await writeFile(path, 'this is a text file, and long enough to be looked at as a header of a database '.repeat(9));
    await expect(sqliteMetadataStore({ path }).migrate()).rejects.toMatchObject({
      code: 'ERR_STORE_OPEN',
      message: expect.stringContaining('not a SQLite database'),
    });
    await expect(sqliteMetadataStore({ path: folder }).migrate()).rejects.toMatchObject({ code: 'ERR_STORE_OPEN' });
  });

  it('says that a database is damaged', async () => {
    const store = sqliteMetadataStore({ path });
    await store.migrate();
    await store.createRun(
      sampleRun('run-aaaa'),
      Array.from({ length: 500 }, (_, i) => sampleStep('run-aaaa', `s-${i}`)),
    );
    await store.close();
    await truncate(path, 40_000);
    await expect(sqliteMetadataStore({ path }).stepRuns('run-aaaa')).rejects.toMatchObject({ code: 'ERR_STORE_OPEN' });
  });

  it('refuses a database of a newer Sluice, and leaves it as it is', async () => {
    const store = sqliteMetadataStore({ path });
    await store.migrate();
    const known = await store.schemaVersion();
    await store.close();
    inDatabase((database) => database.exec(`update schema_version set version = ${known + 1}`));
    const older = sqliteMetadataStore({ path });
    await expect(older.migrate()).rejects.toMatchObject({
      code: 'ERR_SCHEMA_NEWER',
      message: expect.stringContaining(`version ${known + 1}; this Sluice knows ${known}`),
    });
    expect(await older.schemaVersion()).toBe(known + 1);
    await older.close();
  });

  it('waits for its turn when another process writes to the file before it is in WAL mode', async () => {
    await mkdir(join(folder, 'home'));
    const other = new DatabaseSync(path);
    other.exec('create table theirs (x); begin immediate; insert into theirs values (1)');
    const store = sqliteMetadataStore({ path });
    const migrated = store.migrate();
    await setTimeout(100);
    other.exec('commit');
    other.close();
    await migrated;
    expect(await store.schemaVersion()).toBeGreaterThan(0);
    await store.close();
  });

  it('undoes a migration that fails half way', async () => {
    await sqliteMetadataStore({ path }).schemaVersion();
    // In the way of the tenth table or so.
    inDatabase((database) => database.exec('create table cache_entry (other text)'));
    await expect(sqliteMetadataStore({ path }).migrate()).rejects.toThrow('already exists');
    inDatabase((database) => {
      const tables = database.prepare("select name from sqlite_master where type = 'table' order by name").all();
      expect(tables.map(({ name }) => name)).toEqual(['cache_entry']);
      database.exec('drop table cache_entry');
    });
    const store = sqliteMetadataStore({ path });
    await store.migrate();
    await store.createRun(sampleRun('run-aaaa'), []);
    await store.close();
  });

  it('tells a full disk and a read-only file in words', async () => {
    const store = sqliteMetadataStore({ path });
    await store.migrate();
    await store.close();
    const cases = [
      ['pragma query_only = on', 'read-only'],
      // No page more than there are: what SQLite does when the disk is full.
      ['pragma max_page_count = 1', 'no space left on the disk'],
    ] as const;
    for (const [pragma, words] of cases) {
      inDatabase((database) => {
        database.exec(pragma);
        const error = thrownBy(() => database.exec(`create table big as select hex(randomblob(1000000)) as x`));
        expect(sqliteError(error, path)).toMatchObject({
          code: 'ERR_STORE_WRITE',
          message: expect.stringContaining(words),
        });
      });
    }
  });

  it('tells a full disk in words also in the middle of a transaction, which SQLite then ends by itself', async () => {
    path = join(folder, 'full.db');
    const dialect = nodeSqliteDialect({
      open: async () => new DatabaseSync(path),
      explain: (error) => sqliteError(error, path),
    });
    const db = new Kysely<Record<string, Record<string, unknown>>>({ dialect });
    await sql`create table t (x)`.execute(db);
    await sql`pragma max_page_count = 30`.execute(db);
    await sql`pragma cache_size = 1`.execute(db);
    const fill = db.transaction().execute(async (on) => {
      for (;;) await sql`insert into t values (hex(randomblob(2000)))`.execute(on);
    });
    await expect(fill).rejects.toMatchObject({ code: 'ERR_STORE_WRITE' });
    expect((await sql`select count(*) as n from t`.execute(db)).rows).toEqual([{ n: 0 }]);
    await db.destroy();
  });

  it('writes every run and step change in WAL mode, which other readers see at once', async () => {
    const store = sqliteMetadataStore({ path });
    await store.migrate();
    await store.createRun(sampleRun('run-aaaa'), [sampleStep('run-aaaa', 'load')]);
    inDatabase((database) => {
      expect(database.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
      expect(database.prepare('select count(*) as n from step_run').get()).toEqual({ n: 1 });
    });
    await store.close();
  });

  it('answers lists of runs from an index, whatever the filter', async () => {
    await sqliteMetadataStore({ path }).migrate();
    inDatabase((database) => {
      const plan = (where: string, order: string): string =>
        database
          .prepare(`explain query plan select id from run where ${where} order by ${order} limit 51`)
          .all()
          .map(({ detail }) => detail)
          .join('; ');
      for (const where of ["status in ('succeeded')", "pipeline = 'p'", "name like '%x%'", 'created_at > 5']) {
        expect(plan(where, 'created_at desc, id desc')).toMatch(/^(SCAN|SEARCH) run USING COVERING INDEX run_newest/);
      }
      expect(plan('1', 'duration_ms desc, id desc')).toMatch(/USING COVERING INDEX run_longest/);
    });
  });
});

function thrownBy(work: () => void): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
