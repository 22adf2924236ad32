import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'minio';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
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
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What a user's .env says. */
const CHOSEN: Readonly<Record<string, string>> = {
  SLUICE_POSTGRES_USER: 'trainer',
  SLUICE_POSTGRES_PASSWORD: `of trainer: /"ä' & %`,
  SLUICE_MINIO_BUCKET: 'team-bucket',
  SLUICE_MINIO_ACCESS_KEY: 'trainer',
  SLUICE_MINIO_SECRET_KEY: `of trainer: "ä' & %`,
  SLUICE_MLFLOW_PASSWORD: `of mlflow: "/@' %`,
  SLUICE_VIEWER_TOKEN: 'a-token-that-nobody-guesses',
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

/** What docker/viewer.Dockerfile copies, where it copies it, with the packages of this checkout; and a project that has this stack alone. */
function viewerContainer(team: string): { readonly image: string; readonly project: string; readonly home: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-viewer-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = { image: join(folder, 'opt'), project: join(folder, 'project'), home: join(folder, 'data') };
  mkdirSync(join(at.project, 'stacks'), { recursive: true });
  const copied = [...readFileSync(join(root, 'docker/viewer.Dockerfile'), 'utf8').matchAll(/^COPY (\S+) (\S+)$/gm)];
  for (const [, from, to] of copied) {
    const name = from!.replace('*', '');
    cpSync(join(root, name), to === './' ? join(at.image, name) : join(at.image, to!), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(at.image, 'node_modules'), 'junction');
  writeFileSync(join(at.project, 'stacks/team.yaml'), team);
  return at;
}

/** How MLflow answers who calls it by that name. */
const statusOf = (port: number, host: string): Promise<number | undefined> =>
  new Promise((done, fail) => {
    const path = '/api/2.0/mlflow/experiments/search?max_results=1';
    get({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => {
      answer.resume();
      done(answer.statusCode);
    }).on('error', fail);
  });

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

    it('serves the runs of the stack to whoever has the token, from what its image holds', async () => {
      const team = readFileSync(join(root, 'stacks/team.yaml'), 'utf8');
      const { image, project, home } = viewerContainer(team.replace('database: sluice', 'database: of_runs'));
      const port = await freePort();
      const { command = [], healthcheck } = services['viewer']!;
      const here = (text: string): string => text.replaceAll('7717', String(port));
      // Ports, because here every server has another than in its container.
      const env = {
        ...environmentOf('viewer'),
        ...{ SLUICE_POSTGRES_HOST: '127.0.0.1', SLUICE_MINIO_HOST: '127.0.0.1', SLUICE_MLFLOW_HOST: '127.0.0.1' },
        ...{ SLUICE_POSTGRES_PORT: String(postgres.port), SLUICE_MINIO_PORT: String(minio.port) },
        ...{ SLUICE_MLFLOW_PORT: String(await freePort()), SLUICE_HOME: home, NODE_ENV: 'production' },
      };
      const [, node, ...check] = healthcheck!.test.map(here);
      const isHealthy = (): Promise<boolean> =>
        run(node!, check).then(
          () => true,
          () => false,
        );
      expect(await isHealthy()).toBe(false);
      const folder = { ...serviceFolder('viewer', {}), path: project };
      await using viewer = await startServiceProcess({
        name: 'The viewer',
        url: `http://127.0.0.1:${port}`,
        port,
        folder,
        command: process.execPath,
        args: [join(image, 'bin/sluice.js'), ...command.map(here)],
        env,
        patience: 120_000,
        answers: isHealthy,
      });

      const token = CHOSEN['SLUICE_VIEWER_TOKEN']!;
      const ask = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${viewer.url}${path}`, init);
      expect((await ask('/api/info')).status).toBe(401);
      expect(
        (await ask('/api/info', { headers: { authorization: 'Bearer something-else-that-is-long' } })).status,
      ).toBe(401);
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      expect(await (await ask('/api/info', { headers })).json()).toMatchObject({ stack: 'team', role: 'read' });
      expect(await (await ask('/api/runs', { headers })).json()).toMatchObject({ items: [] });
      const invalidate = { method: 'POST', headers, body: JSON.stringify({ step: 'x' }) };
      expect((await ask('/api/cache/invalidate', invalidate)).status).toBe(403);
      const entered = await ask(`/?token=${token}`, { redirect: 'manual' });
      expect([entered.status, entered.headers.get('set-cookie')]).toEqual([303, expect.stringContaining('HttpOnly')]);
      const cookie = entered.headers.get('set-cookie')!.split(';')[0]!;
      expect(await (await ask('/', { headers: { cookie } })).text()).toContain('<!doctype html>');
      // What `docker compose logs` keeps.
      expect(readFileSync(folder.log, 'utf8')).not.toContain(token);
      await viewer.stop();
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
        patience: 400_000,
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

      const called = (host: string): Promise<number | undefined> => statusOf(port, host);
      expect([await called('mlflow:5000'), await called('elsewhere.example')]).toEqual([200, 403]);

      const file = `${api}/mlflow-artifacts/artifacts/1/notes.txt`;
      expect((await fetch(file, { method: 'PUT', body: 'seen' })).status).toBe(200);
      const { accessKey, secretKey } = minio;
      const bucket = new Client({ endPoint: '127.0.0.1', port: minio.port, useSSL: false, accessKey, secretKey });
      const object = await bucket.statObject(CHOSEN['SLUICE_MINIO_BUCKET']!, 'mlflow/1/notes.txt');
      expect(object.size).toBe(4);
    });
  },
);
