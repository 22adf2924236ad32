import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StartOptions } from './service.ts';

export interface ServiceFolder {
  readonly path: string;
  readonly data: string;
  readonly log: string;
  /** A password made for this folder, the same each time it is opened: 32 hexadecimal digits. */
  readonly password: string;
  /** Removes it, unless the caller gave it. */
  readonly remove: () => void;
}

/**
 * The folder that a server keeps its data, log and password in.
 *
 * @param base where a temporary one is made
 */
export function serviceFolder(name: string, { folder }: StartOptions, base: string = tmpdir()): ServiceFolder {
  const path = folder ?? mkdtempSync(join(base, `sluice-${name}-`));
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const secret = join(path, 'password');
  if (!existsSync(secret)) writeFileSync(secret, randomBytes(16).toString('hex'), { mode: 0o600 });
  return {
    path,
    data: join(path, 'data'),
    log: join(path, 'log.txt'),
    password: readFileSync(secret, 'utf8'),
    remove: () => {
      if (folder === undefined) rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
