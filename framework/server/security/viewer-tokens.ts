import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sluiceError } from '../../errors.ts';
import { withLock } from '../../stack/files/with-lock.ts';
import { replaceFile } from '../../stack/files/write-file.ts';

export const ROLES = ['read', 'operate'] as const;
/** `read` looks; `operate` also cancels, deletes and starts runs. */
export type Role = (typeof ROLES)[number];

/** A token as it is kept: who knows this does not know the token. */
export interface KeptToken {
  readonly id: string;
  readonly role: Role;
  /** What for, in the words of who made it. */
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** SHA-256 of the token. It has 256 random bits, so nothing slower is needed. */
  readonly hash: string;
}

export interface ViewerTokens {
  /** Absolute path of the file that keeps them. */
  readonly file: string;
  list(): Promise<readonly KeptToken[]>;
  /** The token stands in the answer and nowhere else. */
  create(options: {
    readonly role: Role;
    readonly label: string;
  }): Promise<{ readonly token: string; readonly kept: KeptToken }>;
  /** @throws ERR_NOT_FOUND. */
  revoke(id: string): Promise<KeptToken>;
  /** The role that goes with a token; undefined for one that nobody made, or that was revoked. */
  roleOf(token: string): Promise<Role | undefined>;
}

const TOKEN_BYTES = 32;
const ID_BYTES = 4;
const PRIVATE = 0o600;

/** The tokens that let people look at a project's viewer from other machines: kept hashed, in a file of mode 0600 below the project's home. */
export function viewerTokens(home: string): ViewerTokens {
  const file = join(home, 'viewer-tokens.json');
  const change = async (edit: (tokens: readonly KeptToken[]) => readonly KeptToken[]): Promise<void> => {
    await mkdir(home, { recursive: true });
    await withLock(home, async () => {
      await replaceFile(file, `${JSON.stringify(edit(await readTokens(file)), undefined, 2)}\n`, { mode: PRIVATE });
    });
  };
  return Object.freeze({
    file,
    list: () => readTokens(file),
    async create({ role, label }) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const id = randomBytes(ID_BYTES).toString('hex');
      const kept: KeptToken = { id, role, label, createdAt: Date.now(), hash: hashOf(token).toString('hex') };
      await change((tokens) => [...tokens, kept]);
      return { token, kept };
    },
    async revoke(id) {
      const found = (await readTokens(file)).find((one) => one.id === id);
      if (!found) {
        const hint = 'sluice viewer token list shows them.';
        throw sluiceError('ERR_NOT_FOUND', { what: 'viewer token', reference: id, hint });
      }
      await change((tokens) => tokens.filter((one) => one.id !== id));
      return found;
    },
    async roleOf(token) {
      const given = hashOf(token);
      let role: Role | undefined;
      // All of them, whichever fits: how long it takes tells nothing.
      for (const kept of await readTokens(file)) {
        if (timingSafeEqual(Buffer.from(kept.hash, 'hex'), given)) role = kept.role;
      }
      return role;
    },
  } satisfies ViewerTokens);
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

async function readTokens(file: string): Promise<readonly KeptToken[]> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as readonly KeptToken[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
