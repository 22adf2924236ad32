import type { DatabaseSync } from 'node:sqlite';
import type { MetadataStore, StoreChange } from '../../components/metadata-store.ts';
import { isBusy, sqliteError } from './sqlite-error.ts';

/** A look that finds nothing new takes some 5 µs. */
const LOOK_MS = 250;

/** What of the runs shows that something was written. */
interface Sight {
  /** `pragma data_version`: differs after a commit of any other connection. */
  readonly version: number;
  /** Of the newest run. */
  readonly rowid: number;
  readonly count: number;
  readonly unfinished: ReadonlySet<string>;
}

/** Watches one SQLite file on a connection of its own, because SQLite counts the writes of others only. */
export async function watchSqlite(
  path: string,
  listener: (change: StoreChange) => void,
): ReturnType<MetadataStore['watch']> {
  const { DatabaseSync } = await import('node:sqlite');
  const database = openReadOnly(() => new DatabaseSync(path, { readOnly: true, timeout: LOOK_MS }), path);
  let seen = look(database);
  const timer = setInterval(() => {
    try {
      if (versionOf(database) === seen.version) return;
      const now = look(database);
      const change = { runs: changedRuns(database, seen, now) };
      seen = now;
      listener(change);
    } catch (error) {
      // Whoever holds the file now is done before the next look.
      if (!isBusy(error)) process.emitWarning(`Sluice: ${path} could not be watched: ${String(error)}`);
    }
  }, LOOK_MS);
  return async () => {
    clearInterval(timer);
    if (database.isOpen) database.close();
  };
}

function openReadOnly(open: () => DatabaseSync, path: string): DatabaseSync {
  try {
    return open();
  } catch (error) {
    throw sqliteError(error, path, true);
  }
}

/** Before the rest, so that a write in between shows at the next look. */
function look(database: DatabaseSync): Sight {
  const version = versionOf(database);
  const { newest, count } = database.prepare('select max(rowid) as newest, count(*) as count from run').get() ?? {};
  const unfinished = database.prepare("select id from run where status in ('pending', 'running')").all();
  return {
    version,
    rowid: Number(newest ?? 0),
    count: Number(count),
    unfinished: new Set(unfinished.map(({ id }) => String(id))),
  };
}

const versionOf = (database: DatabaseSync): number =>
  Number(database.prepare('pragma data_version').get()?.['data_version']);

/** Runs that were or are under way, and new ones; null when the change is none of theirs, or a run was deleted. */
function changedRuns(database: DatabaseSync, before: Sight, now: Sight): readonly string[] | null {
  const added = database.prepare('select id from run where rowid > ?').all(before.rowid);
  if (now.count < before.count + added.length) return null;
  const runs = new Set([...before.unfinished, ...now.unfinished, ...added.map(({ id }) => String(id))]);
  return runs.size === 0 ? null : [...runs];
}
