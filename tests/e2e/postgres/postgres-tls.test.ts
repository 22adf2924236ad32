import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type PostgresMetadataStoreOptions,
  postgresMetadataStore,
} from '../../../framework/adapters/metadata-stores/postgres.ts';
import { findProgram } from '../../services/find-program.ts';
import { type PostgresService, startPostgres } from '../../services/start-postgres.ts';
import { testSchema } from './postgres-schema.ts';

const LONG_MS = 120_000;

/** A certificate for 127.0.0.1 that is its own authority; undefined on a machine without openssl. */
async function certificate(folder: string): Promise<{ readonly key: string; readonly cert: string } | undefined> {
  const [key, cert] = [join(folder, 'server.key'), join(folder, 'server.crt')];
  const what = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=sluice-test'.split(' ');
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1'];
  const child = execFile('openssl', ['req', ...what, ...names, '-keyout', key, '-out', cert]);
  const [code] = await once(child, 'close').catch(() => [1]);
  return code === 0 ? { key, cert } : undefined;
}

describe.skipIf(findProgram('postgres') === undefined && process.env['REQUIRE_SERVICES'] !== '1')(
  'a Postgres server with TLS',
  () => {
    let server: PostgresService;
    let folder: string;
    let files: { readonly key: string; readonly cert: string } | undefined;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'sluice-tls-'));
      files = await certificate(folder);
      server = await startPostgres();
      if (!files) return;
      // It reads no private key that belongs to somebody else.
      const { query } = testSchema(server.url);
      const [row] = await query('show data_directory');
      const data = String(row?.['data_directory']);
      const { uid, gid } = await stat(data);
      for (const path of [files.key, files.cert]) {
        const copy = join(data, basename(path));
        await copyFile(path, copy);
        await chmod(copy, 0o600);
        await chown(copy, uid, gid);
      }
      await query('alter system set ssl = on');
      await server.restart();
    }, LONG_MS);

    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });

    async function encrypted(options: PostgresMetadataStoreOptions): Promise<unknown> {
      const { schema, query, drop } = testSchema(server.url);
      const applicationName = `tls ${schema}`;
      const store = postgresMetadataStore({ url: server.url, schema, applicationName, ...options });
      try {
        await store.migrate();
        const [row] = await query(
          `select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = '${applicationName}'`,
        );
        return row?.['ssl'];
      } finally {
        await store.close();
        await drop();
      }
    }

    it('is talked to in the open or encrypted, as the stack says', async (context) => {
      if (!files) return context.skip('there is no openssl to make a certificate with');
      expect(await encrypted({ tls: 'disable' })).toBe(false);
      expect(await encrypted({ tls: 'require' })).toBe(true);
    });

    it('is believed by its certificate alone, when asked to prove who it is', async (context) => {
      if (!files) return context.skip('there is no openssl to make a certificate with');
      expect(await encrypted({ tls: 'verify-full', ca: files.cert })).toBe(true);
      const refused = { code: 'ERR_STORE_OPEN' };
      await expect(encrypted({ tls: 'verify-full' })).rejects.toMatchObject(refused);
      await expect(encrypted({ tls: 'verify-full', ca: join(folder, 'none.pem') })).rejects.toMatchObject(refused);
      // The right authority, and another name than the one in the certificate.
      const other = { host: 'localhost', tls: 'verify-full', ca: files.cert } as const;
      await expect(encrypted(other)).rejects.toMatchObject(refused);
    });
  },
);
