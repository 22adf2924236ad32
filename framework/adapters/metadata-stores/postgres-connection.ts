import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import type { Client, ClientBase, Pool, PoolConfig } from 'pg';
import { sluiceError } from '../../errors.ts';
import { systemReason } from '../../hashing/system-reason.ts';
import type { PostgresPlace } from './postgres-error.ts';

/** How much the connection is protected: not at all; encrypted; encrypted, and the server proven by its certificate. */
export type PostgresTls = 'disable' | 'require' | 'verify-full';

/** Where the server is and how it is talked to. Times in milliseconds. */
export interface PostgresConnectionOptions {
  /** `postgres://user:password@host:port/database`; the options beside it win over its parts. */
  readonly url?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly database?: string | undefined;
  /** Default: `disable` on this machine, `require` elsewhere. */
  readonly tls?: PostgresTls | undefined;
  /** PEM file of the authority that signed the server's certificate, for `verify-full`. Default: those that Node trusts. */
  readonly ca?: string | undefined;
  /** Default `sluice`. */
  readonly schema?: string | undefined;
  /** Most connections at a time, of one process. Default 4. */
  readonly poolSize?: number | undefined;
  /** A statement that takes longer is given up. Default 30,000. */
  readonly statementTimeoutMs?: number | undefined;
  /** Longest wait for a row that another transaction holds. Default 10,000. */
  readonly lockTimeoutMs?: number | undefined;
  /** Default 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** What the server shows of us in pg_stat_activity. Default `sluice`. */
  readonly applicationName?: string | undefined;
}

const SCHEMA = /^[a-z_][a-z0-9_]{0,47}$/;
const INT8 = 20;
/** How much longer than the server we wait for the end of a statement, before we take the connection for dead. */
const SLACK_MS = 5000;
/** A connection that lost its client in the middle of a transaction holds its rows no longer than this. */
const IDLE_IN_TRANSACTION_MS = 20_000;

/** Ways to the server of one store. `pg` is loaded by the first of them. */
export interface PostgresConnection extends PostgresPlace {
  readonly host: string;
  readonly port: number;
  pool(): Promise<Pool>;
  /** A connection beside the pool; the caller ends it. */
  connect(): Promise<Client>;
}

/** @throws ERR_STORE_OPEN for options that can't be right. */
export function postgresConnection(options: PostgresConnectionOptions): PostgresConnection {
  const target = { ...fromUrl(options.url), ...defined(options) };
  const { host = '127.0.0.1', port = 5432, user = 'postgres', schema = 'sluice' } = target;
  const { database = user } = target;
  const location = `postgres://${user}@${host}:${port}/${database} (schema ${schema})`;
  if (!SCHEMA.test(schema)) {
    const reason = `"${schema}" can't be the name of its schema`;
    const fix = 'Use small letters, digits and _, at most 48 of them.';
    throw sluiceError('ERR_STORE_OPEN', { store: 'postgres', path: location, reason, fix });
  }
  const config = async (): Promise<PoolConfig> => {
    const { types } = await loadPg();
    const { password, tls = isHere(host) ? 'disable' : 'require', ca } = target;
    const { statementTimeoutMs = 30_000, lockTimeoutMs = 10_000, connectTimeoutMs = 10_000 } = target;
    return {
      host,
      port,
      user,
      database,
      ...(password === undefined ? {} : { password }),
      ssl: await tlsOptions(tls, ca, location),
      // Sent with the greeting, so they cost no statement.
      options: `-c search_path=${schema}`,
      application_name: target.applicationName ?? 'sluice',
      statement_timeout: statementTimeoutMs,
      lock_timeout: lockTimeoutMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      query_timeout: statementTimeoutMs + SLACK_MS,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: IDLE_IN_TRANSACTION_MS,
      pipeline: true,
      // Times and sizes are well below 2^53.
      types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : types.getTypeParser(oid, format)) },
      max: target.poolSize ?? 4,
      allowExitOnIdle: true,
    };
  };
  return {
    location,
    host,
    port,
    database,
    user,
    schema,
    async pool() {
      const pg = await loadPg();
      const pool = new pg.Pool(await config());
      // Told twice: whatever is asked of a dead connection fails by itself, and an idle one is replaced.
      pool.on('error', () => undefined);
      pool.on('connect', deafen);
      return pool;
    },
    async connect() {
      const pg = await loadPg();
      const client = new pg.Client(await config());
      deafen(client);
      await client.connect();
      return client;
    },
  };
}

/** Without a listener for `error`, a lost connection would end the process. */
const deafen = (client: ClientBase): void => void client.on('error', () => undefined);

const loadPg = async () => (await import('pg')).default;

type Target = Omit<PostgresConnectionOptions, 'url'>;

const defined = ({ url: _, ...options }: PostgresConnectionOptions): Target =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** `sslmode` of a URL, as libpq names them; those that libpq doesn't insist on are left to the default. */
const SSL_MODES: Readonly<Record<string, PostgresTls>> = {
  disable: 'disable',
  require: 'require',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
};

function fromUrl(text: string | undefined): Target {
  if (text === undefined) return {};
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    const reason = 'its url is not one of Postgres';
    const fix = 'Write it as postgres://user:password@host:5432/database, special characters percent-encoded.';
    throw sluiceError('ERR_STORE_OPEN', { store: 'postgres', path: 'its url', reason, fix });
  }
  const parts = { host: url.hostname.replace(/^\[|\]$/g, ''), user: url.username, password: url.password };
  const named = { ...parts, database: url.pathname.slice(1) };
  const texts = Object.entries(named).flatMap(([name, part]) => (part ? [[name, decodeURIComponent(part)]] : []));
  const tls = SSL_MODES[url.searchParams.get('sslmode') ?? ''];
  return { ...Object.fromEntries(texts), ...(url.port ? { port: Number(url.port) } : {}), ...(tls ? { tls } : {}) };
}

const isHere = (host: string): boolean => /^(localhost|127\..*|::1|\/.*)$/.test(host);

async function tlsOptions(
  tls: PostgresTls,
  ca: string | undefined,
  location: string,
): Promise<false | ConnectionOptions> {
  if (tls === 'disable') return false;
  if (tls === 'require') return { rejectUnauthorized: false };
  try {
    return ca === undefined ? { rejectUnauthorized: true } : { rejectUnauthorized: true, ca: await readFile(ca) };
  } catch (error) {
    const reason = `the certificate ${ca} can't be read (${systemReason(error)})`;
    const fix = 'Correct ca of the component: a PEM file, counted from the project.';
    throw sluiceError('ERR_STORE_OPEN', { store: 'postgres', path: location, reason, fix }, error);
  }
}
