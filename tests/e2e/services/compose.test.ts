import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'minio';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minioArtifactStore } from '../../../framework/adapters/artifact-stores/minio.ts';
import { postgresMetadataStore } from '../../../framework/adapters/metadata-stores/postgres.ts';
import type { ArtifactStore } from '../../../framework/components/artifact-store.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import { canStart } from '../../services/can-start.ts';
import { composeFile } from '../../services/compose-file.ts';
import { needProgram } from '../../services/find-program.ts';
import { freePort } from '../../services/free-port.ts';
import { httpAnswers } from '../../services/http-answers.ts';
import { serviceFolder } from '../../services/service-folder.ts';
import { startServiceProcess } from '../../services/service-process.ts';
import { type MinioService, startMinio } from '../../services/start-minio.ts';
import { type PostgresService, postgresAnswers, startPostgres } from '../../services/start-postgres.ts';

const { services } = composeFile();
const run = promisify(execFile);

/** What a user's .env says. */
const CHOSEN: Readonly<Record<string, string>> = {
  SLUICE_POSTGRES_USER: 'trainer',
  SLUICE_POSTGRES_PASSWORD: `of trainer: /"ä' & %`,
  SLUICE_MINIO_BUCKET: 'team-bucket',
  SLUICE_MINIO_ACCESS_KEY: 'trainer',
  SLUICE_MINIO_SECRET_KEY: `of trainer: "ä' & %`,
  SLUICE_MLFLOW_PASSWORD: `of mlflow: "/@' %`,
};

/** As docker compose does it: the value of .env, else the default. */
const filledIn = (text: string): string =>
  text.replace(/\$\{([A-Z_]+)(?::[-?]([^}]*))?\}/g, (_, name: string, rest = '') => CHOSEN[name] ?? rest);

const environmentOf = (name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(services[name]?.environment ?? {}).map(([key, value]) => [key, filledIn(value)]));

/** Runs one of the scripts that docker-compose.yml mounts; what it prints. */
async function script(file: string, env: Readonly<Record<string, string>>): Promise<string> {
  const path = fileURLToPath(new URL(`../../../docker/${file}`, import.meta.url));
  const programs = [dirname(needProgram('mc')), process.env['PATH']].join(delimiter);
  return (await run('sh', [path], { env: { ...env, PATH: programs } })).stdout;
}

async function digestsIn(store: ArtifactStore): Promise<readonly string[]> {
  const digests: string[] = [];
  for await (const { digest } of store.list()) digests.push(digest);
  return digests;
}

describe.skipIf(!canStart('postgres', 'initdb', 'psql', 'minio', 'mc', 'mlflow'))(
  'docker-compose.yml, without Docker',
  () => {
    let postgres: PostgresService;
    let minio: MinioService;
    beforeAll(async () => {
      [postgres, minio] = await Promise.all([startPostgres(), startMinio()]);
    });
    afterAll(() => Promise.all([postgres, minio].map((service) => service?.[Symbol.asyncDispose]())));

    const storeAt = (prefix: string): ArtifactStore =>
      minioArtifactStore({
        endpoint: minio.endpoint,
        bucket: CHOSEN['SLUICE_MINIO_BUCKET']!,
        accessKey: CHOSEN['SLUICE_MINIO_ACCESS_KEY']!,
        secretKey: CHOSEN['SLUICE_MINIO_SECRET_KEY']!,
        prefix,
      });

    it('makes the bucket and its users, and changes nothing the second time', async () => {
      const { endpoint, accessKey, secretKey } = minio;
      const root = { MINIO_ENDPOINT: endpoint, MINIO_ROOT_USER: accessKey, MINIO_ROOT_PASSWORD: secretKey };
      for (let time = 0; time < 2; time++) {
        const said = await script('minio-init.sh', { ...environmentOf('minio-init'), ...root });
        expect(said).toContain('Bucket team-bucket is ready: artifacts/ for trainer, mlflow/ for mlflow.');
      }
    });

    it("lets Sluice's user do what a store needs below its prefix, and nothing elsewhere", async () => {
      const store = storeAt('artifacts');
      const bytes = Buffer.from('an artifact');
      expect([await store.has(sha256(bytes)), (await store.write(bytes)).size]).toEqual([false, bytes.length]);
      expect(Buffer.from(await store.readBytes(sha256(bytes)))).toEqual(bytes);
      expect(await digestsIn(store)).toEqual([sha256(bytes)]);
      for (const check of store.checks())
        expect([check.check, await check.run()]).toEqual([check.check, expect.any(String)]);
      await store.remove(sha256(bytes));
      expect(await store.has(sha256(bytes))).toBe(false);

      const elsewhere = storeAt('mlflow');
      await expect(elsewhere.write(bytes)).rejects.toMatchObject({ code: 'ERR_STORE_REFUSED' });
      await expect(digestsIn(elsewhere)).rejects.toMatchObject({ code: 'ERR_STORE_REFUSED' });
    });

    it("makes a role and a database for each program, and neither sees the other's", async () => {
      const { port, user, password, database } = postgres;
      await script('postgres-init.sh', {
        ...environmentOf('postgres'),
        ...{
          POSTGRES_USER: user,
          POSTGRES_DB: database,
          PGPASSWORD: password,
          PGHOST: '127.0.0.1',
          PGPORT: String(port),
        },
        SLUICE_DATABASE: 'of_runs',
      });
      const answers = (role: string, secret: string, name: string): Promise<boolean> =>
        postgresAnswers(`postgres://${role}:${encodeURIComponent(CHOSEN[secret]!)}@127.0.0.1:${port}/${name}`);
      expect(await answers('trainer', 'SLUICE_POSTGRES_PASSWORD', 'of_runs')).toBe(true);
      expect(await answers('trainer', 'SLUICE_POSTGRES_PASSWORD', 'mlflow')).toBe(false);
      expect(await answers('mlflow', 'SLUICE_MLFLOW_PASSWORD', 'mlflow')).toBe(true);
      expect(await answers('mlflow', 'SLUICE_MLFLOW_PASSWORD', 'of_runs')).toBe(false);
    });

    it("lets Sluice's role do what the metadata store needs", async () => {
      const { port } = postgres;
      const password = CHOSEN['SLUICE_POSTGRES_PASSWORD']!;
      const store = postgresMetadataStore({ host: '127.0.0.1', port, user: 'trainer', password, database: 'of_runs' });
      for (const check of store.checks()) await check.fix?.();
      for (const check of store.checks())
        expect([check.check, await check.run()]).toEqual([check.check, expect.any(String)]);
      await store.close();
    });

    it('finds every server healthy by the words of its health check', async () => {
      const { user, database, port } = postgres;
      const [, isReady] = services['postgres']!.healthcheck!.test;
      const words = isReady!.replace('$$POSTGRES_USER', user).replace('$$POSTGRES_DB', database).split(' ');
      expect((await run(words[0]!, [...words.slice(1), `--port=${port}`])).stdout).toContain('accepting connections');

      const [, mc, ...ready] = services['minio']!.healthcheck!.test;
      expect([mc, ready]).toEqual(['mc', ['ready', 'local']]);
      const env = { ...process.env, MC_HOST_local: minio.url };
      expect((await run(needProgram('mc'), ready, { env })).stdout).toContain('is ready');
    });

    it('runs MLflow on Postgres and MinIO with its own command line', async () => {
      const port = await freePort();
      const { command = [], healthcheck } = services['mlflow']!;
      const here = (text: string): string =>
        filledIn(text)
          .replace('0.0.0.0', '127.0.0.1')
          .replace('--port=5000', `--port=${port}`)
          .replace('postgres:5432', `127.0.0.1:${postgres.port}`);
      const health = /http:\/\/127\.0\.0\.1:5000(\/\w+)/.exec(healthcheck!.test.join(' '))![1]!;
      await using mlflow = await startServiceProcess({
        name: 'MLflow',
        url: `http://127.0.0.1:${port}`,
        port,
        folder: serviceFolder('mlflow', {}),
        command: needProgram('mlflow'),
        args: command.slice(1).map(here),
        env: { ...environmentOf('mlflow'), MLFLOW_S3_ENDPOINT_URL: minio.endpoint },
        patience: 180_000,
        answers: () => httpAnswers(`http://127.0.0.1:${port}${health}`),
      });

      const api = `${mlflow.url}/api/2.0`;
      const headers = { 'content-type': 'application/json' };
      const post = { method: 'POST', headers, body: JSON.stringify({ name: 'composed' }) };
      expect((await fetch(`${api}/mlflow/experiments/create`, post)).status).toBe(200);
      const client = new pg.Client({ connectionString: postgres.url.replace(/[^/]*$/, 'mlflow') });
      await client.connect();
      const { rows } = await client.query("select name from experiments where name = 'composed'");
      await client.end();
      expect(rows).toHaveLength(1);

      const file = `${api}/mlflow-artifacts/artifacts/1/notes.txt`;
      expect((await fetch(file, { method: 'PUT', body: 'seen' })).status).toBe(200);
      const { accessKey, secretKey } = minio;
      const bucket = new Client({ endPoint: '127.0.0.1', port: minio.port, useSSL: false, accessKey, secretKey });
      const object = await bucket.statObject(CHOSEN['SLUICE_MINIO_BUCKET']!, 'mlflow/1/notes.txt');
      expect(object.size).toBe(4);
    });
  },
);
