import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
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
  if (statSync(file, { throwIfNoEntry: false })) {
    throw sluiceError('ERR_FILE_EXISTS', { path: file, hint: 'Name a new file: a backup replaces none.' });
  }
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
    renameSync(temporary, file);
    return { bytes: statSync(file).size };
  } catch (error) {
    rmSync(temporary, { force: true });
    throw sluiceError('ERR_STORE_WRITE', { store: 'sqlite', path: file, reason: systemReason(error) }, error);
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
