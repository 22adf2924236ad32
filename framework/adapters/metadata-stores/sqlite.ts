import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import { systemReason } from '../../hashing/system-reason.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { SqlContext } from './metadata-schema.ts';
import { nodeSqliteDialect } from './node-sqlite-dialect.ts';
import { pollForKey } from './poll-for-key.ts';
import { sqlMetadataStore } from './sql-metadata-store.ts';
import { sqliteBackup } from './sqlite-backup.ts';
import { isBusy, isMissingTable, sqliteError } from './sqlite-error.ts';
import { watchSqlite } from './watch-sqlite.ts';
import { yieldingStore } from './yielding-store.ts';

/** How long a process waits for another one's transaction, which takes a millisecond or so. */
const WAIT_MS = 10_000;
const RETRY_MS = 20;
/** Of a new file. A step changes a row or two on each of a dozen pages, and all of each page goes to the log, and the log to the disk: half of SQLite's default. */
const PAGE_BYTES = 2048;
/**
 * 32 MiB of log before it is copied into the file. The pages that all steps write to are then copied once for 600 to 900 steps, and whoever commits waits as
 * seldom for the disk; with SQLite's default, a sixteenth, every 40 to 60 steps. So much lies beside the file while a process runs, and is read again after a crash
 * (less than a tenth of a second).
 */
const CHECKPOINT_PAGES = 16_000;

export interface SqliteMetadataStoreOptions {
  /** The database file. It and its folder are created by the first call; the folder around that one must exist. */
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** While another process writes for long, this one's thread goes on: reads are answered, and writes are tried again from time to time. */
  readonly yields?: boolean;
}

/**
 * The metadata store in one SQLite file, for any number of processes of one machine. WAL: readers and the one writer don't wait for each
 * other. `synchronous = NORMAL`: the log is synced when it is copied into the file, not at every commit. A killed process takes nothing with it.
 * A power cut may take the transactions since the last copy, the latest first, and never the consistency: steps that were told to have ended then
 * count as lost, and run again. `FULL` would wait for the disk twice a step, 0.3 to 4 ms here, to save work that can be done again.
 */
export function sqliteMetadataStore(options: SqliteMetadataStoreOptions): MetadataStore {
  const path = resolve(options.path);
  if (options.yields) return yieldingStore(sqliteStore(path, 0, options.now), WAIT_MS);
  return sqliteStore(path, WAIT_MS, options.now);
}

/** @param waitMs how long one statement waits, and all of this thread with it. */
function sqliteStore(path: string, waitMs: number, now?: () => number): MetadataStore {
  return sqlMetadataStore({
    flavor: 'sqlite',
    location: path,
    dialect: nodeSqliteDialect({ open: () => open(path, waitMs), explain: (error) => sqliteError(error, path) }),
    manyMachines: false,
    capabilities: {
      keyType: 'text',
      keyedTable: 'without rowid',
      oneWriter: true,
      likeAnyCase: 'like',
      isMissingTable,
    },
    feed: (context) => sqliteFeed(path, context),
    backup: (file) => sqliteBackup(path, file),
    ...(now ? { now } : {}),
  });
}

function sqliteFeed(path: string, context: SqlContext): ChangeFeed {
  const stops = new Set<() => Promise<void>>();
  const closed = new AbortController();
  const poll = pollForKey(context);
  return {
    waitForKey: (key, timeoutMs, signal) => poll(key, timeoutMs, AbortSignal.any([signal, closed.signal])),
    async watch(listener) {
      const stop = await watchSqlite(path, listener);
      stops.add(stop);
      return stop;
    },
    async close() {
      closed.abort();
      for (const stop of stops) await stop();
    },
  };
}

async function open(path: string, waitMs: number): Promise<DatabaseSync> {
  const { DatabaseSync } = await import('node:sqlite');
  try {
    if (!existsSync(dirname(path))) mkdirSync(dirname(path));
  } catch (error) {
    throw sluiceError('ERR_STORE_OPEN', { store: 'sqlite', path, reason: systemReason(error) }, error);
  }
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: waitMs });
    database.exec(`pragma page_size = ${PAGE_BYTES}`);
    await switchToWal(database);
    database.exec(`pragma synchronous = normal; pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    return database;
  } catch (error) {
    database?.close();
    throw sqliteError(error, path, true);
  }
}

/** The switch of a new file to WAL needs it alone for a moment, and SQLite doesn't wait for that by itself. */
async function switchToWal(database: DatabaseSync): Promise<void> {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    try {
      database.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      if (!isBusy(error) || Date.now() > end) throw error;
      await setTimeout(RETRY_MS);
    }
  }
}
