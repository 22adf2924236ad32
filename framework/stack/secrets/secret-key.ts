import { createHash, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { sluiceError } from '../../errors.ts';
import { createFile } from '../files/write-file.ts';

/** The key that secrets are encrypted under, and how it is recognised without telling anything of it. */
export interface SecretKey {
  /** 32 bytes. */
  readonly bytes: Buffer;
  /** First 16 hexadecimal digits of a tagged SHA-256. */
  readonly id: string;
}

const BYTES = 32;
const PRIVATE = 0o600;

/** Where the key is kept, outside every project: SLUICE_SECRET_KEY_FILE, else the folder for settings that this system has. */
export function secretKeyFile(env: NodeJS.ProcessEnv = process.env): string {
  const given = env['SLUICE_SECRET_KEY_FILE'];
  if (given) return given;
  if (process.platform === 'win32') {
    return join(env['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming'), 'sluice', 'key');
  }
  return join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'sluice', 'key');
}

/**
 * The key of this user; made on first use where `create` says so, undefined where there is none.
 * @throws ERR_SECRET_KEY when it can't be read, is open to other users, or is no key.
 */
export async function readSecretKey({ create }: { readonly create: boolean }): Promise<SecretKey | undefined> {
  const path = secretKeyFile();
  if (create) await createFile(path, `${randomBytes(BYTES).toString('base64')}\n`, { mode: PRIVATE });
  const text = await keyText(path);
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text.trim(), 'base64');
  if (bytes.length !== BYTES) {
    throw sluiceError('ERR_SECRET_KEY', {
      path,
      problem: `it holds ${bytes.length} bytes where a key has ${BYTES}.`,
      fix: 'Put the right file back. Without it the secrets are lost: remove both and set them again.',
    });
  }
  return { bytes, id: createHash('sha256').update('sluice secret key\0').update(bytes).digest('hex').slice(0, 16) };
}

async function keyText(path: string): Promise<string | undefined> {
  try {
    // Windows has no such bits: the user's own folder is what keeps others out.
    if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
      throw sluiceError('ERR_SECRET_KEY', {
        path,
        problem: 'other users may read it.',
        fix: `Close it: chmod 600 ${path}`,
      });
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code === 'ERR_SECRET_KEY') throw error;
    if (error.code === 'ENOENT') return undefined;
    const fix = 'Give this user the right to read it, or name another file in SLUICE_SECRET_KEY_FILE.';
    throw sluiceError('ERR_SECRET_KEY', { path, problem: `it can't be read (${String(error.code)}).`, fix }, error);
  }
}
