import { execFile } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { needProgram } from './find-program.ts';
import { freePort } from './free-port.ts';
import type { Service, StartOptions } from './service.ts';
import { type ServiceFolder, serviceFolder } from './service-folder.ts';
import { startServiceProcess } from './service-process.ts';

export interface PostgresService extends Service {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const USER = 'sluice';
const DATABASE = 'sluice';

/**
 * Starts a real Postgres with one superuser, `sluice`, its password, and a database of that name; passwords are asked for as on a real server.
 *
 * As root it runs as the system's user `postgres`, because the server refuses to run as root.
 */
export async function startPostgres(options: StartOptions = {}): Promise<PostgresService> {
  const owner = process.getuid?.() === 0 ? postgresUser() : undefined;
  const folder = serviceFolder('postgres', options, owner && folderForOthers());
  const port = options.port ?? (await freePort());
  await createCluster(folder, owner);
  const server = `postgres://${USER}:${folder.password}@127.0.0.1:${port}`;
  const service = await startServiceProcess({
    name: 'Postgres',
    url: `${server}/${DATABASE}`,
    port,
    folder,
    command: needProgram('postgres'),
    args: ['-D', folder.data, '-p', String(port), ...settings({ listen_addresses: '127.0.0.1' })],
    owner,
    // SIGTERM would wait until the last client has gone.
    stopSignal: 'SIGINT',
    patience: 60_000,
    answers: () => postgresAnswers(`${server}/postgres`),
  });
  await createDatabase(`${server}/postgres`);
  return Object.assign(service, { user: USER, password: folder.password, database: DATABASE });
}

/** Whether a server takes a connection and answers a query. */
export async function postgresAnswers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that goes down between two answers says so here as well as in the promise.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

/** Ours, as docker-compose.yml makes it: not the one that every server has. */
async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
  if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  await client.end();
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** `initdb`, once for each folder. */
async function createCluster({ path, data }: ServiceFolder, owner: Owner | undefined): Promise<void> {
  if (existsSync(join(data, 'PG_VERSION'))) return;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (owner) {
    // The way to its data, through a folder that is ours.
    chmodSync(path, 0o711);
    chownSync(data, owner.uid, owner.gid);
    chownSync(join(path, 'password'), owner.uid, owner.gid);
  }
  const args = ['-D', data, '-U', USER, `--pwfile=${join(path, 'password')}`, '-A', 'scram-sha-256'];
  // No sync: a test's cluster need not outlive a power cut, and this is most of the time that initdb takes.
  const plain = ['-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'];
  const initdb = needProgram('initdb');
  await promisify(execFile)(initdb, [...args, ...plain], { cwd: data, ...owner });
}

/** A folder for temporary files that another user can get to: ours may lie in one that is closed. */
function folderForOthers(): string {
  const open = (path: string): boolean =>
    (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || open(dirname(path)));
  const found = [tmpdir(), '/tmp', '/var/tmp'].find(open);
  if (found === undefined)
    throw new Error('There is no folder for temporary files that the user "postgres" could get to.');
  return found;
}

function settings(more: Readonly<Record<string, string>>): string[] {
  // No socket file: two servers on one port's number would share its name. Room for several suites at once.
  const all = { ...more, unix_socket_directories: '', max_connections: '200' };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

function postgresUser(): Owner {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((row) => row.startsWith('postgres:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error('Postgres refuses to run as root, and this machine has no user "postgres" to run it as.');
  }
  return { uid: Number(uid), gid: Number(gid) };
}
