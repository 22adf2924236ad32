import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import { type ArtifactStore, type Digest, defineFlavor, inputError, sha256, sluiceError } from 'sluice';
import { z } from 'zod';

/** Artifacts as rows of one SQLite file: easy to copy, for results of some megabytes. */
function sqliteArtifacts(db: DatabaseSync, file: string): ArtifactStore {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 10000');
  db.exec(
    'CREATE TABLE IF NOT EXISTS artifact (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL, modified_at INTEGER NOT NULL)',
  );
  const one = db.prepare('SELECT bytes FROM artifact WHERE digest = ?');
  const length = db.prepare('SELECT length(bytes) AS size FROM artifact WHERE digest = ?');
  const all = db.prepare(
    'SELECT digest, length(bytes) AS size, modified_at AS modifiedAt FROM artifact ORDER BY digest',
  );
  const put = db.prepare('INSERT OR REPLACE INTO artifact VALUES (?, ?, ?)');
  const drop = db.prepare('DELETE FROM artifact WHERE digest = ?');

  const size = (digest: Digest): number | undefined => length.get(digest)?.['size'] as number | undefined;

  /** Checked on every read: what the file gives back may be damaged. */
  function readChecked(digest: Digest): Uint8Array {
    const row = one.get(digest);
    if (!row) throw sluiceError('ERR_ARTIFACT_MISSING', { digest, store: file });
    const bytes = row['bytes'] as Uint8Array;
    const found = sha256(bytes);
    if (found !== digest) throw sluiceError('ERR_ARTIFACT_DAMAGED', { digest, store: file, found });
    return bytes;
  }

  return {
    flavor: 'sqlite-artifacts',
    location: file,
    capabilities: { localPaths: false },
    has: async (digest) => size(digest) !== undefined,
    size: async (digest) => size(digest),
    sizes: async (digests) => digests.map(size),
    readBytes: async (digest) => readChecked(digest),
    read: async (digest) => Readable.from([readChecked(digest)]),
    async write(source) {
      const bytes = source instanceof Uint8Array ? source : await bytesOf(source.file);
      const digest = sha256(bytes);
      put.run(digest, bytes, Date.now());
      return { digest, size: bytes.byteLength };
    },
    localPath: async () => undefined,
    async *list() {
      for (const row of all.all()) yield row as { digest: Digest; size: number; modifiedAt: number };
    },
    async remove(digest) {
      drop.run(digest);
    },
    leftovers: async () => [],
    checks: () => [
      {
        check: 'integrity',
        run: async () => String(db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']),
        hint: `Restore ${file} from a copy, or remove it: steps that are missed will run again.`,
      },
    ],
    close: async () => db.close(),
  };
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw sluiceError('ERR_FILE_NOT_FOUND', { path: file, what: 'File' }, error);
  }
}

export default defineFlavor({
  kind: 'artifact_store',
  name: 'sqlite-artifacts',
  description: 'rows of one SQLite file',
  options: z.strictObject({
    file: z.string().endsWith('.db').describe('The SQLite file, counted from the project'),
  }),
  async open({ file }, { projectDir }) {
    const path = isAbsolute(file) ? file : join(projectDir, file);
    const { DatabaseSync } = await import('node:sqlite');
    try {
      return sqliteArtifacts(new DatabaseSync(path), path);
    } catch (error) {
      throw inputError(`${path} is no SQLite file that can be opened.`, 'Check its folder and permissions.', error);
    }
  },
});
