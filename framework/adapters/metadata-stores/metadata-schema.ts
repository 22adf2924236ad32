import type { Kysely, RawBuilder, Transaction } from 'kysely';
import type { Status } from '../../model/status.ts';
import type { Transact } from './grouped-transactions.ts';

/** Milliseconds since the epoch. */
type Millis = number;
/** JSON text. */
type Json = string;
/** 0 or 1: SQLite has no booleans. */
type Flag = number;

export interface ExecutorTable {
  id: string;
  host: string;
  pid: number;
  started_at: Millis;
  seen_at: Millis;
}

export interface RunTable {
  id: string;
  name: string;
  pipeline: string;
  status: Status;
  stack: string;
  created_at: Millis;
  started_at: Millis | null;
  ended_at: Millis | null;
  /** -1 until the end. */
  duration_ms: number;
  executor: string;
  /** 0, 1 (steps are asked to end) or 2 (they are killed). */
  cancel_requested: number;
  mode: string;
  resumed_from: string | null;
  source: string;
  tags: Json;
  params: Json;
  plan: Json;
  result: Json;
  error: Json | null;
  notes: string | null;
  environment: Json | null;
  git: Json | null;
  hook_failures: Json | null;
}

/** What the code of a run was beside its commit. */
export interface RunCodeTable {
  run_id: string;
  /** Rows of `run_text`. */
  packages_id: string;
  diff_id: string | null;
  is_diff_cut: Flag;
}

/** Long texts of runs, each once however many runs share it. */
export interface RunTextTable {
  /** SHA-256 of `text`. */
  id: string;
  text: string;
}

/** Repeats `tags` and `created_at` of the run, so that one index serves a tag's newest runs. */
export interface RunTagTable {
  tag: string;
  created_at: Millis;
  run_id: string;
}

/** One parameter of a run, for filters. Rows of a name lie in order of creation. */
export interface RunParamTable {
  /** Path in the parameters: `split.train`. */
  name: string;
  created_at: Millis;
  run_id: string;
  number: number | null;
  /** Text as it is, everything else as JSON; the beginning of what is long. */
  text: string;
}

/** The last value of one metric of a run, for lists and filters; `tracked_metric` has the whole series. */
export interface RunMetricTable {
  name: string;
  created_at: Millis;
  run_id: string;
  /** Of whom it is: an earlier run's when the result was in the cache. */
  step_run_id: string;
  x: number;
  /** Null is NaN. */
  number: number | null;
}

export interface StepRunTable {
  id: string;
  run_id: string;
  /** Place in the plan. */
  position: number;
  node: string;
  step: string;
  status: Status;
  key: string | null;
  parts_id: string | null;
  origin: string | null;
  reason: string | null;
  attempts: number;
  started_at: Millis | null;
  ended_at: Millis | null;
  output: Json | null;
  error: Json | null;
  /** `segments-column.ts` */
  segments: Json | null;
  usage: Json | null;
  hook_failures: Json | null;
}

/** Parts of cache keys, each list once however many step runs share it, and so what the lists of one step begin with. */
export interface KeyPartsTable {
  /** SHA-256 of `parts`, or of `base_id` and `parts`. */
  id: string;
  parts: Json;
  /** The list that this one goes on. */
  base_id: string | null;
}

export interface AttemptTable {
  step_run_id: string;
  attempt: number;
  status: Status;
  started_at: Millis;
  ended_at: Millis | null;
  error: Json | null;
  segments: Json | null;
  usage: Json | null;
}

export interface CacheEntryTable {
  key: string;
  step: string;
  origin: string;
  origin_run: string;
  created_at: Millis;
  expires_at: Millis | null;
  parts_id: string;
  output: Json;
}

/** Source of one piece of code, by the digest that parts of keys name it by. */
export interface CodeTextTable {
  digest: string;
  text: string;
  created_at: Millis;
}

/** There while somebody holds the key. `fence` is another number at each taking. */
export interface ClaimTable {
  key: string;
  owner: string;
  fence: number;
  expires_at: Millis;
}

export interface ArtifactTable {
  step_run_id: string;
  /** Output field, or the name that a step gave its tracker; empty when the output is one value. */
  field: string;
  digest: string;
  run_id: string;
  step: string;
  format: string;
  version: number;
  size: number;
  name: string | null;
  refs: Json | null;
  created_at: Millis;
}

export interface LogLineTable {
  step_run_id: string;
  /** So that the lines of all steps of a run can be read in order of time. */
  run_id: string;
  seq: number;
  attempt: number;
  time: Millis;
  level: string;
  source: string;
  message: string;
  fields: Json | null;
}

/** Params, tags, artifacts and data sets that a step gave its tracker: the newest value of a name. */
export interface TrackedValueTable {
  step_run_id: string;
  kind: 'param' | 'tag' | 'artifact' | 'dataset';
  name: string;
  value: string;
}

export interface TrackedMetricTable {
  step_run_id: string;
  seq: number;
  name: string;
  step: number;
  time: Millis;
  /** Null is NaN, which SQL has no word for. */
  value: number | null;
}

/** What a user wants kept, whatever becomes of runs and cache. */
export interface PinTable {
  digest: string;
  artifact: Json;
  reason: string | null;
  created_at: Millis;
}

/** What a deleted run, entry or pin kept: it stays until everything that ran at that time has ended, and the grace period is over. */
export interface ReleasedArtifactTable {
  /** SHA-256 of `artifact`. */
  id: string;
  artifact: Json;
  released_at: Millis;
}

/** One row. `number` is odd while a garbage collection removes things; it grows by its beginning and by its end. */
export interface CollectionTable {
  id: number;
  number: number;
}

/** Objects that the collection under way is going to remove, or (`is_removing`) is just removing. */
export interface CondemnedTable {
  digest: string;
  is_removing: Flag;
}

/** The tables of a metadata store. `migrations.ts` makes them; ARCHITECTURE.md describes them. */
export interface MetadataSchema {
  schema_version: { id: number; version: number };
  executor: ExecutorTable;
  run: RunTable;
  run_tag: RunTagTable;
  run_param: RunParamTable;
  run_metric: RunMetricTable;
  run_code: RunCodeTable;
  run_text: RunTextTable;
  step_run: StepRunTable;
  key_parts: KeyPartsTable;
  attempt: AttemptTable;
  cache_entry: CacheEntryTable;
  claim: ClaimTable;
  code_text: CodeTextTable;
  artifact: ArtifactTable;
  log_line: LogLineTable;
  tracked_value: TrackedValueTable;
  tracked_metric: TrackedMetricTable;
  pin: PinTable;
  released_artifact: ReleasedArtifactTable;
  collection: CollectionTable;
  condemned: CondemnedTable;
}

/** A database, or a transaction on it. */
export type Sql = Kysely<MetadataSchema> | Transaction<MetadataSchema>;

/** What the queries of a SQL metadata store work with. */
export interface SqlContext {
  readonly db: Kysely<MetadataSchema>;
  /** Milliseconds since the epoch; leases and heartbeats are measured with it, unless the database has a `serverClock`. */
  readonly now: () => number;
  readonly capabilities: SqlCapabilities;
  /** A transaction for what every step does, in whatever way is cheapest here. */
  readonly transact: Transact;
}

/** How databases differ beyond what Kysely's dialects hide. */
export interface SqlCapabilities {
  /** Column type for keys: text that is compared byte by byte, so that ranges and pages of ids work in every locale. */
  readonly keyType: 'text' | 'text collate "C"';
  /** Ends the creation of a table of short rows: where the database can keep rows inside the index of the key, each write touches half the pages. */
  readonly keyedTable: '' | 'without rowid';
  /** Only one transaction writes at a time, so those of one moment may as well be one: see `groupedTransactions`. */
  readonly oneWriter: boolean;
  /** The `like` that takes `A` for `a`. */
  readonly likeAnyCase: 'like' | 'ilike';
  /**
   * The database's own clock in milliseconds since the epoch, where several machines share it: leases and heartbeats are measured with it,
   * so that the clocks of those machines needn't agree.
   */
  readonly serverClock?: RawBuilder<number>;
  /** Whether a query failed because the schema is not there yet. */
  readonly isMissingTable: (error: unknown) => boolean;
  /** Makes what the driver itself needs, before the transaction of a migration. Done twice, or by two at once, it does no harm. */
  readonly prepare?: (db: Sql) => Promise<void>;
  /** Begins a migration: makes others wait until the transaction ends, where beginning it doesn't do that. */
  readonly lockSchema?: (transaction: Transaction<MetadataSchema>) => Promise<void>;
  /**
   * Resolves when every transaction has ended that may have begun before the last one of this connection was committed, and is changing runs:
   * for databases whose writers don't exclude each other.
   */
  readonly settle?: (db: Kysely<MetadataSchema>) => Promise<void>;
  /** What a new schema has beside the tables that all databases share. */
  readonly addOwnObjects?: (transaction: Transaction<MetadataSchema>) => Promise<void>;
  /** Has the database tell who waits for a key that its claim is gone, where it can call. */
  readonly tellGivenBack?: (transaction: Transaction<MetadataSchema>) => Promise<void>;
}
