import type { RunRecord, StepRunRecord } from '../model/run.ts';
import type { ComponentCheck } from './component-check.ts';
import type { TrackerEntry } from './metadata-store.ts';

/** Who records: one attempt of one step run. */
export interface TrackedStep {
  readonly id: string;
  readonly runId: string;
  readonly step: string;
  /** From 1. A tracker tells the points that a retry repeats from new ones by it. Default 1. */
  readonly attempt?: number;
}

/** Where a step's params, metrics, tags and files are shown. A tracker that fails must never fail a step, nor keep a run waiting: it reports through `onProblem`. */
export interface ExperimentTracker {
  readonly flavor: string;
  runStarted(run: RunRecord): Promise<void>;
  /** Entries of one step run, in the order they came; called in batches. */
  record(stepRun: TrackedStep, entries: readonly TrackerEntry[]): Promise<void>;
  /** A run's last word; also told by who finds a run `lost`, in another process than the one that called `runStarted`. */
  runFinished(run: RunRecord, steps: readonly StepRunRecord[]): Promise<void>;
  /** The page where people see a run, as far as this process knows it by now. */
  linkTo(runId: string): string | undefined;
  /**
   * The page of a run, or of one of its steps, whichever process tracked it; asks the server. Undefined where there is none.
   * @throws whatever keeps the server from answering.
   */
  findPage(run: RunRecord, node?: string): Promise<string | undefined>;
  readonly backlog: TrackerBacklog;
  checks(): readonly ComponentCheck[];
  close(): Promise<void>;
}

/** What a tracker has taken and its server does not have yet. */
export interface TrackerBacklog {
  status(): Promise<BacklogStatus>;
  /** Hands over what waits, until all is delivered, `signal` is aborted or the server does not take it. Never throws for a server that is down. */
  sync(options?: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: { readonly delivered: number; readonly waiting: number }) => void;
  }): Promise<SyncResult>;
  /**
   * The whole life of a process that was started for it: hands over what waits, and tries again, for minutes, while the server is down. Ends at once where
   * nothing waits or another process does the same. Never throws for a server that is down.
   */
  deliver(): Promise<void>;
}

/** Counted in entries: a param, a tag, a point of a metric, a file, a data set, a run's start or end. */
export interface BacklogStatus {
  readonly waiting: number;
  /** Entries that the server said it will never take; they stand, each with its reason, in `refusedFile`. */
  readonly refused: number;
  readonly runs: readonly { readonly runId: string; readonly entries: number; readonly since: number }[];
  readonly refusedFile: string | undefined;
  /** Why the last try of any process on this machine failed, and when (milliseconds since the epoch); undefined when it went well. */
  readonly problem?: { readonly message: string; readonly at: number } | undefined;
  /** The process of this machine that was started to deliver, if one is at it. */
  readonly courier?: number | undefined;
}

export interface SyncResult {
  readonly delivered: number;
  readonly waiting: number;
  /** Refused by this call. */
  readonly refused: number;
  /** Why something still waits. */
  readonly problem: string | undefined;
}

/** The backlog of trackers that keep everything at once. */
export const NO_BACKLOG: TrackerBacklog = {
  status: async () => ({ waiting: 0, refused: 0, runs: [], refusedFile: undefined }),
  sync: async () => ({ delivered: 0, waiting: 0, refused: 0, problem: undefined }),
  deliver: async () => {},
};
