import type { Digest } from '../hashing/digest.ts';
import type { Artifact, Output } from '../model/artifact.ts';
import type { CacheKey, KeyPart } from '../model/key-part.ts';
import type { CodeState, GitState } from '../model/recording.ts';
import type { AttemptRecord, LogLine, RunRecord, StepRunRecord, Time } from '../model/run.ts';
import type { Status } from '../model/status.ts';
import type { CollectionRecord } from './collection-record.ts';
import type { ComponentCheck } from './component-check.ts';
import type { MetadataReads } from './metadata-reads.ts';
import type { RunPredicate } from './run-predicate.ts';

/** A result that may be used again. Survives the deletion of the run that made it. */
export interface CacheEntry {
  readonly key: CacheKey;
  readonly step: string;
  /** Step run that made it (the record may be gone). */
  readonly origin: string;
  readonly originRun: string;
  readonly output: Output;
  readonly parts: readonly KeyPart[];
  readonly createdAt: Time;
  readonly expiresAt: Time | null;
}

/** The right to compute one key, held until `expiresAt` unless renewed. `fence` is another one at every taking. */
export interface Claim {
  readonly key: CacheKey;
  readonly owner: string;
  readonly fence: number;
  readonly expiresAt: Time;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Pass as `after` to go on; null at the end. */
  readonly next: string | null;
}

export interface RunFilter {
  readonly pipeline?: string;
  readonly status?: readonly Status[];
  readonly tag?: string;
  readonly stack?: string;
  /** Part of a name or the beginning of an id. */
  readonly search?: string;
  readonly since?: Time;
  readonly until?: Time;
  /** All of these too: what the text of a filter is parsed to (framework/filter). */
  readonly where?: readonly RunPredicate[];
  readonly sort?: RunSort;
  readonly limit?: number;
  readonly after?: string;
}

/** By a metric: only runs that have it. */
export type RunSort =
  | 'newest'
  | 'oldest'
  | 'longest'
  | 'name'
  | { readonly metric: string; readonly direction: 'asc' | 'desc' };

export interface CacheFilter {
  readonly step?: string;
  readonly run?: string;
  /** Beginning of a key. */
  readonly key?: string;
  readonly olderThan?: Time;
  readonly limit?: number;
  readonly after?: string;
}

/** What a tracker stores of a step run; the newest value of a param, tag or data set wins, metrics are a series. */
export type TrackerEntry =
  | { readonly kind: 'param'; readonly name: string; readonly value: string }
  | { readonly kind: 'tag'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'metric';
      readonly name: string;
      readonly value: number;
      readonly step: number;
      readonly time: Time;
    }
  | { readonly kind: 'artifact'; readonly name: string; readonly artifact: Artifact }
  /** What a step worked on. `name` is what for (`training`, `validation`), `value` is `<name>@<digest>`. */
  | { readonly kind: 'dataset'; readonly name: string; readonly value: string };

/** What may change of a step run. */
export type StepRunChange = Partial<Omit<StepRunRecord, 'id' | 'runId' | 'node'>>;

export interface ExecutorInfo {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: Time;
}

export interface SeenExecutor extends ExecutorInfo {
  /** Its last sign of life, by the clock that leases go by. */
  readonly seenAt: Time;
}

/** The first attempt at a step whose result others could use. */
export interface StepBegin {
  readonly key: CacheKey;
  /** As `claim` takes it. */
  readonly owner: string;
  readonly leaseMs: number;
  /** A step run's first one gets no record of its own until it ends badly: see `attempts`. */
  readonly attempt: AttemptRecord;
  /** What becomes of the step run by it. */
  readonly change: StepRunChange;
  /** Origin of the entry that the caller knows and can't use: it does not stand in the way. */
  readonly passed?: string;
}

/** What came of it; nothing was written unless it is the claim. */
export type StepBegun =
  | { readonly claim: Claim }
  | { readonly heldBy: Claim }
  /** Somebody has committed a result since the caller looked. */
  | { readonly stored: CacheEntry };

/** Somebody wants a run to stop. */
export interface CancelRequest {
  /** Of the run. */
  readonly id: string;
  readonly how: 'graceful' | 'now';
}

/** The end of one attempt that produced a result: one transaction, refused when the claim was taken over or given back. */
export interface Commit {
  readonly stepRun: StepRunRecord;
  /** What of `stepRun` the store does not have yet. Default: all of it. */
  readonly change?: StepRunChange;
  /** Absent for a first attempt that has no record of its own: `stepRun` says it all. */
  readonly attempt?: AttemptRecord;
  readonly artifacts: readonly Artifact[];
  /** Absent when the result must not be re-used (cache off, changed input). */
  readonly entry?: CacheEntry;
  readonly claim?: Claim;
  /** Number of the newest garbage collection that is known to have left alone what the artifacts need. */
  readonly collection?: number;
}

/** One run with all that belongs to it, as one store gives it and another takes it. */
export interface RunCopy {
  readonly run: RunRecord;
  /** In the order of the plan. */
  readonly steps: readonly StepRunRecord[];
  readonly attempts: readonly AttemptRecord[];
  /** What its steps made, and what its cached steps took from earlier runs. */
  readonly artifacts: readonly ArtifactRecord[];
  /** Entries under the keys of its steps, whichever run made them. */
  readonly entries: readonly CacheEntry[];
  readonly logs: readonly {
    readonly stepRunId: string;
    readonly lines: readonly (LogLine & { readonly attempt: number })[];
  }[];
  readonly tracked: readonly { readonly stepRunId: string; readonly entries: readonly TrackerEntry[] }[];
  readonly codeState?: CodeState;
}

/** Something was written. */
export interface StoreChange {
  /** Ids of the runs that may have changed; null when the store can't tell, after a lost connection for instance. */
  readonly runs: readonly string[] | null;
}

/**
 * The record of runs, step runs, cache and lineage. Several processes use one store at the same time; every method is one transaction.
 * Everything here is data about bytes, never the bytes.
 */
export interface MetadataStore extends MetadataReads, CollectionRecord {
  readonly flavor: string;
  readonly location: string;
  readonly capabilities: {
    /** Executors of several machines use it: whether they live shows by their signs of life alone. Otherwise their processes can be looked up. */
    readonly manyMachines: boolean;
  };
  /** Creates or upgrades the schema; refuses a newer one (ERR_SCHEMA_NEWER). Called by the stack before use. */
  migrate(): Promise<void>;
  schemaVersion(): Promise<number>;
  /** The version that `migrate` brings the schema to. */
  readonly newestSchema: number;
  /**
   * Writes everything as it is at one moment into a new file, while runs go on. @throws ERR_FILE_EXISTS, ERR_STORE_WRITE; ERR_USAGE, with the
   * words to type, where the database's own tool does it.
   */
  backup(file: string): Promise<{ readonly bytes: number }>;
  /** What only this flavor can try about itself. */
  checks(): readonly ComponentCheck[];
  close(): Promise<void>;

  // --- executors: who lives ---
  registerExecutor(executor: ExecutorInfo): Promise<void>;
  /** All that are registered; after `markLost` these are those that live. */
  executors(): Promise<readonly SeenExecutor[]>;
  /** Says "alive", and returns those of its runs whose cancellation was asked for. */
  heartbeat(executor: string): Promise<readonly CancelRequest[]>;
  retireExecutor(executor: string): Promise<void>;
  /** Marks unfinished runs (and their steps and attempts) of executors that are gone as `lost`, or as `cancelled` where that was asked for; returns them. `isAlive` decides for executors of this host. */
  markLost(options: {
    readonly host: string;
    /** @param startedAt when the executor began: a process that is younger only has its number. */
    readonly isAlive: (pid: number, startedAt: Time) => boolean;
    readonly silentForMs: number;
  }): Promise<readonly string[]>;

  // --- runs ---
  createRun(run: RunRecord, steps: readonly StepRunRecord[]): Promise<void>;
  updateRun(id: string, change: Partial<Omit<RunRecord, 'id'>>): Promise<void>;
  /** By id, by the unique beginning of an id (≥ 4 characters), by exact name (the newest), or `latest`. */
  findRun(reference: string): Promise<RunRecord | undefined>;
  listRuns(filter?: RunFilter): Promise<Page<RunRecord>>;
  /**
   * Removes the record; cache entries and artifacts stay. Not one transaction: log lines and metric points go before the rest, part by part, and whoever
   * is killed meanwhile leaves a run that has fewer of them.
   */
  deleteRun(id: string): Promise<void>;
  /** @param how `now`: running steps are killed, not asked. Never weakens an earlier request. Default `graceful`. */
  requestCancel(id: string, how?: CancelRequest['how']): Promise<void>;
  /** What the code of a run was; equal texts of several runs are kept once. @param git replaces that of the run. */
  keepCodeState(runId: string, state: CodeState & { readonly git: GitState | null }): Promise<void>;
  /** Undefined for runs that kept none: all their steps were hits, or an earlier version ran them. */
  codeState(runId: string): Promise<CodeState | undefined>;

  // --- step runs ---
  stepRuns(runId: string): Promise<readonly StepRunRecord[]>;
  /** Step runs that a run turns out to have: calls of a dynamic pipeline. @param position of the first one in the run, from 0; the others follow. */
  addStepRuns(steps: readonly StepRunRecord[], position: number): Promise<void>;
  updateStepRun(id: string, change: StepRunChange): Promise<void>;
  /** Changes of several step runs, in order, in one transaction. */
  updateStepRuns(changes: readonly { readonly id: string; readonly change: StepRunChange }[]): Promise<void>;
  /** @param change what becomes of the step run by it, in the same transaction. */
  startAttempt(attempt: AttemptRecord, change?: StepRunChange): Promise<void>;
  endAttempt(attempt: AttemptRecord): Promise<void>;
  /** Those on record, and before them a first one that has none, as the step run tells it (`withFirstAttempt`). */
  attempts(stepRunId: string): Promise<readonly AttemptRecord[]>;
  /** Step runs of one step name that have ended, newest first, by default successes: earlier keys for `why`, history for declared inputs. */
  recentStepRuns(
    step: string,
    options?: {
      readonly limit?: number;
      readonly status?: readonly Status[];
      /** Only those of runs of this pipeline, looked for among the step's latest thousand. */
      readonly pipeline?: string;
      /** Only those that had ended by then. */
      readonly endedBy?: Time;
    },
  ): Promise<readonly StepRunRecord[]>;

  // --- cache ---
  /** Undefined also when the entry has expired. */
  lookup(key: CacheKey): Promise<CacheEntry | undefined>;
  /**
   * The claim, or who holds it now. A claim whose lease has run out is taken over with another fence.
   * @param owner the executor's id, or `<executor id>/…`: `retireExecutor` and `markLost` free the claims of executors that are gone.
   */
  claim(key: CacheKey, owner: string, leaseMs: number): Promise<{ readonly claim: Claim } | { readonly heldBy: Claim }>;
  /** Takes the claim and begins an attempt under it, in one transaction: nobody sees the one without the other. */
  beginStep(begin: StepBegin): Promise<StepBegun>;
  /** False when it was taken over meanwhile. */
  renewClaim(claim: Claim, leaseMs: number): Promise<boolean>;
  releaseClaim(claim: Claim): Promise<void>;
  /**
   * False, and nothing written, when `claim` was taken over or given back; gives the claim back otherwise. `collection`, and nothing written,
   * when a garbage collection has begun or ended since `commit.collection`.
   */
  commit(commit: Commit): Promise<boolean | 'collection'>;
  /**
   * Waits while someone holds the key's claim. True as soon as the claim may be free: given back (with a result or without), or run out by
   * the store's clock; false after `timeoutMs` or when `signal` is aborted.
   */
  waitForKey(key: CacheKey, timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  listCache(filter?: CacheFilter): Promise<Page<CacheEntry>>;
  /** Returns how many entries went. */
  invalidate(filter: CacheFilter): Promise<number>;

  // --- artifacts and lineage ---
  /** Artifacts with the step runs that made them, newest first. */
  listArtifacts(filter?: {
    readonly run?: string;
    readonly step?: string;
    readonly format?: string;
    readonly search?: string;
    readonly limit?: number;
    readonly after?: string;
  }): Promise<Page<ArtifactRecord>>;
  /** By digest or its unique beginning (≥ 4 characters). */
  findArtifact(reference: string): Promise<readonly ArtifactRecord[]>;

  // --- code, for `why` ---
  /** Texts of pieces of source, by the digest that key parts have; what was never written is absent. */
  codeTexts(digests: readonly Digest[]): Promise<ReadonlyMap<Digest, string>>;
  /** Keeps texts by digest, each once; the oldest go when there are very many. */
  writeCodeTexts(texts: ReadonlyMap<Digest, string>): Promise<void>;

  // --- logs and tracker ---
  appendLogs(stepRunId: string, attempt: number, lines: readonly LogLine[]): Promise<void>;
  readLogs(
    stepRunId: string,
    options?: { readonly attempt?: number; readonly after?: number; readonly limit?: number },
  ): Promise<readonly (LogLine & { readonly attempt: number; readonly seq: number })[]>;
  track(stepRunId: string, entries: readonly TrackerEntry[]): Promise<void>;
  tracked(runId: string): Promise<readonly { readonly stepRunId: string; readonly entries: readonly TrackerEntry[] }[]>;

  // --- from store to store ---
  /** Undefined when there is no such run. */
  readRunRecord(runId: string): Promise<RunCopy | undefined>;
  /**
   * Takes a run from another store, as often as one likes: a run that is there stays as it is (`present`), and so does every artifact and
   * cache entry that is there; what is missing of them is added in either case. @throws ERR_INPUT for a run that has not ended.
   */
  writeRunRecord(copy: RunCopy): Promise<'written' | 'present'>;

  // --- live ---
  /**
   * Calls `listener` soon after a write by any process, several writes in one call; also after a lost connection is back. Returns what ends
   * it. A change of a run that has ended (its tags) may go untold in stores that can only look for changes.
   */
  watch(listener: (change: StoreChange) => void): Promise<() => Promise<void>>;
}

export interface ArtifactRecord extends Artifact {
  readonly stepRunId: string;
  readonly runId: string;
  readonly step: string;
  /** Output field; empty when the output is one value. */
  readonly field: string;
  readonly createdAt: Time;
}
