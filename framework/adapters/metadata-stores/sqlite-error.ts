import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { sluiceError } from '../../errors.ts';
import { systemReason } from '../../hashing/system-reason.ts';

/** SQLite's primary result codes that a user can do something about (https://sqlite.org/rescode.html). */
const SQLITE = { BUSY: 5, LOCKED: 6, READONLY: 8, IOERR: 10, CORRUPT: 11, FULL: 13, CANTOPEN: 14, NOTADB: 26 } as const;

/** SQLITE_IOERR_SHMSIZE: the index of the write-ahead log, 32 KiB beside the database, found no room. A full disk is met here first. */
const NO_ROOM_FOR_LOG = 4874;

interface Reason {
  readonly code: 'ERR_STORE_OPEN' | 'ERR_STORE_WRITE';
  readonly words: string;
  readonly fix?: string;
}

const WAIT = 'Run it again when that process has ended or given way: what was committed is kept.';
const RESTORE =
  'Put a backup in its place (sluice db backup makes them), or move it away: a new one is made, without the runs that this one holds.';

const REASONS = new Map<number, Reason>([
  [SQLITE.BUSY, { code: 'ERR_STORE_WRITE', words: 'another process has kept it locked', fix: WAIT }],
  [SQLITE.LOCKED, { code: 'ERR_STORE_WRITE', words: 'it is locked', fix: WAIT }],
  [SQLITE.READONLY, { code: 'ERR_STORE_WRITE', words: 'the file or its folder is read-only' }],
  [SQLITE.IOERR, { code: 'ERR_STORE_WRITE', words: 'the disk reported an input/output error' }],
  [SQLITE.FULL, { code: 'ERR_STORE_WRITE', words: 'no space left on the disk' }],
  [SQLITE.CORRUPT, { code: 'ERR_STORE_OPEN', words: 'the database file is damaged', fix: RESTORE }],
  [SQLITE.CANTOPEN, { code: 'ERR_STORE_OPEN', words: "the file can't be opened or created" }],
  [SQLITE.NOTADB, { code: 'ERR_STORE_OPEN', words: 'the file is not a SQLite database', fix: RESTORE }],
]);

/** The primary result code of what `node:sqlite` threw, undefined for anything else. */
const resultCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;

export const isBusy = (error: unknown): boolean => resultCode(error) === SQLITE.BUSY;

/** SQLite has no code for it. */
export const isMissingTable = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith('no such table');

/** What `node:sqlite` threw, as ERR_STORE_OPEN or ERR_STORE_WRITE in words; faults of ours come back as they are. */
export function sqliteError(error: unknown, path: string, whileOpening = false): unknown {
  const isFull = error instanceof Error && 'errcode' in error && error.errcode === NO_ROOM_FOR_LOG;
  const reason = REASONS.get(isFull ? SQLITE.FULL : (resultCode(error) ?? -1));
  if (!reason) return error;
  const code = whileOpening ? 'ERR_STORE_OPEN' : reason.code;
  const words = whileOpening ? (unwritable(dirname(path)) ?? reason.words) : reason.words;
  const { fix } = reason;
  return sluiceError(code, { store: 'sqlite', path, reason: words, ...(fix !== undefined && { fix }) }, error);
}

/** Why nothing can be written into a folder. SQLite needs to even to read (its log lies beside the database), and says only that it can't open a file. */
function unwritable(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    return systemReason(error);
  }
}
