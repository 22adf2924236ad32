import { z } from 'zod';
import { defineFlavor, type Flavor } from '../flavor.ts';
import { EMBEDDED_COMPONENTS } from '../open-embedded.ts';
import { SERVER_COMPONENTS } from '../open-servers.ts';

const PostgresOptions = z.strictObject({
  url: z
    .string()
    .min(1)
    .optional()
    .meta({ secret: true })
    .describe('postgres://user@host:port/database; the options below win over its parts'),
  host: z.string().min(1).optional().describe('Machine of the server; default 127.0.0.1'),
  port: z.int().min(1).max(65_535).optional().describe('Default 5432'),
  user: z.string().min(1).optional().describe('Default postgres'),
  password: z.string().min(1).optional().meta({ secret: true }).describe('Of that user; best as a secret'),
  database: z.string().min(1).optional().describe('Default: the name of the user'),
  schema: z
    .string()
    .min(1)
    .optional()
    .describe('Schema that the tables are in, made when it is not there; default sluice'),
  tls: z
    .enum(['disable', 'require', 'verify-full'])
    .optional()
    .describe('require encrypts, verify-full proves the server too; default: disable on this machine, else require'),
  ca: z
    .string()
    .min(1)
    .optional()
    .describe('For verify-full: file with the certificate of the authority, counted from the project'),
  poolSize: z.int().positive().optional().describe('Most connections of one process; default 4'),
  statementTimeoutMs: z
    .int()
    .positive()
    .optional()
    .describe('A statement that takes longer is given up; default 30000'),
  lockTimeoutMs: z
    .int()
    .positive()
    .optional()
    .describe('Longest wait for a row that another transaction holds; default 10000'),
  connectTimeoutMs: z.int().positive().optional().describe('Longest wait for a connection; default 10000'),
  applicationName: z.string().min(1).optional().describe('What pg_stat_activity shows; default sluice'),
});

export const METADATA_STORES: readonly Flavor<'metadata_store'>[] = [
  defineFlavor({
    kind: 'metadata_store',
    name: 'sqlite',
    description: 'one SQLite file, shared by the processes of this machine',
    options: z.strictObject({
      path: z.string().min(1).optional().describe('File, counted from the project; left out: .sluice/sluice.db'),
    }),
    open: EMBEDDED_COMPONENTS.metadata_store,
  }),
  defineFlavor({
    kind: 'metadata_store',
    name: 'postgres',
    description: 'a schema of a PostgreSQL database (13 or newer), shared by executors on any machines',
    services: ['postgres'],
    options: PostgresOptions,
    ...SERVER_COMPONENTS.metadata_store.postgres,
  }),
];
