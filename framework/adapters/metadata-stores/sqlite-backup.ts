import { closeSync, constants, copyFileSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { sluiceError } from '../../errors.ts';
import { systemReason } from '../../hashing/system-reason.ts';
import { temporaryName } from '../../hashing/temporary-name.ts';

const WAIT_MS = 10_000;

/**
 * Writes the database as it is at this moment into a new file, whole and checked, while others go on writing: one read transaction, which in a
 * WAL nobody waits for. (`VACUUM INTO`, not SQLite's page-by-page copy, which begins again whenever another process writes.)
 *
 * @throws ERR_FILE_EXISTS, ERR_STORE_WRITE.
 */
export async function sqliteBackup(from: string, to: string): Promise<{ readonly bytes: number }> {
  const file = resolve(to);
  // Before the work, which may take minutes; what appears meanwhile is met at the end.
  if (statSync(file, { throwIfNoEntry: false })) throw fileExists(file);
  const { DatabaseSync } = await import('node:sqlite');
  const temporary = `${file}.${temporaryName()}`;
  try {
    const database = new DatabaseSync(from, { readOnly: true, timeout: WAIT_MS });
    try {
      database.prepare('vacuum into ?').run(temporary);
    } finally {
      database.close();
    }
    const copy = new DatabaseSync(temporary, { readOnly: true });
    try {
      const found = copy.prepare('pragma quick_check(1)').get()?.['quick_check'];
      if (found !== 'ok') throw new Error(`the copy is damaged: ${String(found)}`);
    } finally {
      copy.close();
    }
    sync(temporary);
    giveName(temporary, file);
    return { bytes: statSync(file).size };
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw fileExists(file);
    throw sluiceError('ERR_STORE_WRITE', { store: 'sqlite', path: file, reason: systemReason(error) }, error);
  } finally {
    rmSync(temporary, { force: true });
  }
}

const fileExists = (path: string): Error =>
  sluiceError('ERR_FILE_EXISTS', { path, hint: 'Name a new file: a backup replaces none.' });
const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** A rename would replace what another process has written there since. Where the file system has no links, half a copy may be seen. */
function giveName(temporary: string, file: string): void {
  try {
    linkSync(temporary, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    copyFileSync(temporary, file, constants.COPYFILE_EXCL);
    sync(file);
  }
}

function sync(file: string): void {
  const handle = openSync(file, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
