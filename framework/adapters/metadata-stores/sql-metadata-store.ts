import { type Dialect, Kysely } from 'kysely';
import type { ComponentCheck } from '../../components/component-check.ts';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { artifactQueries } from './artifact-queries.ts';
import { beginQueries } from './begin-queries.ts';
import { cacheQueries } from './cache-queries.ts';
import type { ChangeFeed } from './change-feed.ts';
import { codeTextQueries } from './code-text-queries.ts';
import { collectionQueries } from './collection-queries.ts';
import { executorQueries } from './executor-queries.ts';
import { groupedTransactions, type Transact } from './grouped-transactions.ts';
import type { MetadataSchema, SqlCapabilities, SqlContext } from './metadata-schema.ts';
import { metricPointQueries } from './metric-point-queries.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';
import { overviewQueries } from './overview-queries.ts';
import { runCodeQueries } from './run-code-queries.ts';
import { runCopyQueries } from './run-copy-queries.ts';
import { runLogQueries } from './run-log-queries.ts';
import { runQueries } from './run-queries.ts';
import { statisticsQueries } from './statistics-queries.ts';
import { stepRunQueries } from './step-run-queries.ts';
import { trackingQueries } from './tracking-queries.ts';

export interface SqlMetadataStoreOptions {
  readonly flavor: string;
  /** For messages; without credentials. */
  readonly location: string;
  readonly dialect: Dialect;
  readonly capabilities: SqlCapabilities;
  /** It serves several machines. */
  readonly manyMachines: boolean;
  readonly feed: (context: SqlContext) => ChangeFeed;
  readonly checks?: (context: SqlContext, migrate: () => Promise<void>) => readonly ComponentCheck[];
  readonly backup: MetadataStore['backup'];
  readonly now?: () => number;
}

/** The metadata store of every SQL database that Kysely has a dialect for. Connects by the first call. */
export function sqlMetadataStore(options: SqlMetadataStoreOptions): MetadataStore {
  const { flavor, location, dialect, capabilities, manyMachines, checks = () => [], now = Date.now } = options;
  const db = new Kysely<MetadataSchema>({ dialect });
  const transact: Transact = capabilities.oneWriter
    ? groupedTransactions(db)
    : (work) => db.transaction().execute(work);
  const context: SqlContext = { db, now, capabilities, transact };
  const { close: closeFeed, ...feed } = options.feed(context);
  const toNewest = (): Promise<void> => migrate(db, { location, capabilities });
  return Object.freeze({
    flavor,
    location,
    capabilities: { manyMachines },
    migrate: toNewest,
    schemaVersion: () => schemaVersion(db, capabilities),
    newestSchema: MIGRATIONS.length,
    backup: options.backup,
    checks: () => checks(context, toNewest),
    async close() {
      await closeFeed();
      await db.destroy();
    },
    ...executorQueries(context),
    ...runQueries(context),
    ...runCodeQueries(context),
    ...stepRunQueries(context),
    ...beginQueries(context),
    ...cacheQueries(context),
    ...codeTextQueries(context),
    ...artifactQueries(context),
    ...collectionQueries(context),
    ...trackingQueries(context),
    ...overviewQueries(context),
    ...runLogQueries(context),
    ...metricPointQueries(context),
    ...statisticsQueries(context),
    ...runCopyQueries(context),
    ...feed,
  });
}
