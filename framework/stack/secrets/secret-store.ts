import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sluiceError } from '../../errors.ts';
import { secretValues } from '../../secret-values.ts';
import { withLock } from '../files/with-lock.ts';
import { replaceFile } from '../files/write-file.ts';
import { readSecretKey, type SecretKey, secretKeyFile } from './secret-key.ts';

/** One encrypted value; bytes are base64. */
interface Sealed {
  readonly key: string;
  readonly iv: string;
  readonly tag: string;
  readonly data: string;
  /** Milliseconds since the epoch. */
  readonly setAt: number;
}

type SecretFile = Readonly<Record<string, Sealed>>;

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const PRIVATE = 0o600;

export interface SecretStore {
  /** Absolute path of the encrypted file. */
  readonly file: string;
  list(): Promise<readonly { readonly name: string; readonly setAt: number }[]>;
  /**
   * The value; from now on it is masked in whatever this process prints or stores.
   * @param where who asks, for the message. @throws ERR_SECRET_MISSING, ERR_SECRET_KEY.
   */
  read(name: string, where: string): Promise<string>;
  /** True when it replaced a value. @throws ERR_SECRET_KEY. */
  set(name: string, value: string): Promise<boolean>;
  /** False when there was none. */
  delete(name: string): Promise<boolean>;
}

/**
 * The secrets of a project on this machine: AES-256-GCM under the user's key, in a file of mode 0600 below the project's home.
 * The name is authenticated with the value, so that two entries can't be exchanged.
 */
export function openSecrets(home: string): SecretStore {
  const file = join(home, 'secrets.json');

  const change = (edit: (secrets: SecretFile) => SecretFile): Promise<void> =>
    withLock(home, async () => {
      const text = `${JSON.stringify(edit(await readAll(file)), undefined, 2)}\n`;
      await replaceFile(file, text, { mode: PRIVATE });
    });

  return {
    file,
    async list() {
      const entries = Object.entries(await readAll(file));
      return entries.map(([name, { setAt }]) => ({ name, setAt })).sort((a, b) => a.name.localeCompare(b.name));
    },
    async read(name, where) {
      const secrets = await readAll(file);
      const sealed = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
      if (!sealed) throw sluiceError('ERR_SECRET_MISSING', { name, where, known: Object.keys(secrets) });
      const value = unseal(name, sealed, await readSecretKey({ create: false }));
      secretValues.add(value);
      return value;
    },
    async set(name, value) {
      secretValues.add(value);
      const key = await readSecretKey({ create: true });
      if (!key) throw wrongKey('it was removed while it was needed.');
      let replaced = false;
      await change((secrets) => {
        replaced = Object.hasOwn(secrets, name);
        return { ...secrets, [name]: seal(name, value, key) };
      });
      return replaced;
    },
    async delete(name) {
      let found = false;
      await change((secrets) => {
        found = Object.hasOwn(secrets, name);
        return Object.fromEntries(Object.entries(secrets).filter(([other]) => other !== name));
      });
      return found;
    },
  };
}

function seal(name: string, value: string, key: SecretKey): Sealed {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key.bytes, iv).setAAD(Buffer.from(name));
  const data = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return {
    key: key.id,
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
    setAt: Date.now(),
  };
}

function unseal(name: string, sealed: Sealed, key: SecretKey | undefined): string {
  if (!key) throw wrongKey(`it does not exist, and secret ${name} was encrypted under one.`);
  if (key.id !== sealed.key) throw wrongKey(`secret ${name} was encrypted under another one.`);
  try {
    const decipher = createDecipheriv(ALGORITHM, key.bytes, Buffer.from(sealed.iv, 'base64'))
      .setAAD(Buffer.from(name))
      .setAuthTag(Buffer.from(sealed.tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(sealed.data, 'base64')), decipher.final()]).toString('utf8');
  } catch (error) {
    throw wrongKey(`secret ${name} is damaged.`, error);
  }
}

const wrongKey = (problem: string, cause?: unknown): Error =>
  sluiceError(
    'ERR_SECRET_KEY',
    {
      path: secretKeyFile(),
      problem,
      fix: 'Put the right key back (SLUICE_SECRET_KEY_FILE names another place), or set the secret again: sluice secret set NAME',
    },
    cause,
  );

async function readAll(file: string): Promise<SecretFile> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as SecretFile;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    if (!(error instanceof SyntaxError)) throw error;
    const problem = `the file of secrets ${file} is damaged.`;
    throw sluiceError('ERR_SECRET_KEY', { path: secretKeyFile(), problem, fix: `Remove ${file} and set them again.` });
  }
}
