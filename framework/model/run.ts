import type { Output } from './artifact.ts';
import type { CacheKey, KeyPart } from './key-part.ts';
import type { GitState, HookFailure, RunEnvironment, TimeSegment, Usage } from './recording.ts';
import type { Status } from './status.ts';

/** Lines of a source file around the place where an error was thrown, as they ran. */
export interface SourceExcerpt {
  /** Absolute path. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Number of the first of `lines`. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/** An error as stored and shown. */
export interface StoredError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  /** Frames of the user's code only, TypeScript lines. */
  readonly stack?: string;
  /** Absent where the error came from none of the user's files, and in the records of earlier versions. */
  readonly excerpt?: SourceExcerpt;
}

/** Milliseconds since the epoch. */
export type Time = number;

export type RunMode = 'fail-fast' | 'stop' | 'continue';

export interface RunRecord {
  readonly id: string;
  readonly name: string;
  readonly pipeline: string;
  readonly status: Status;
  readonly stack: string;
  /** Absolute path or package specifier of the pipeline's file, so that `runs resume` finds it again. */
  readonly source: string;
  /** Validated parameters, as JSON data. */
  readonly params: unknown;
  readonly tags: readonly string[];
  readonly mode: RunMode;
  /** The plan as JSON (`Plan.toJSON()`): nodes and edges, for display and resume. */
  readonly plan: unknown;
  readonly executor: string;
  readonly createdAt: Time;
  readonly startedAt: Time | null;
  readonly endedAt: Time | null;
  /** What the pipeline returned, artifact references inside as `{ digest, format, size }`; null until success. */
  readonly result: unknown;
  readonly error: StoredError | null;
  readonly resumedFrom: string | null;
  readonly cancelRequested: boolean;
  /** What a person wrote about it. */
  readonly notes?: string | null;
  /** Null in the records of earlier versions, as all that follows. */
  readonly environment?: RunEnvironment | null;
  /** Null outside a git repository too. Its diff: `MetadataStore.codeState`. */
  readonly git?: GitState | null;
  readonly hookFailures?: readonly HookFailure[] | null;
}

export interface StepRunRecord {
  /** `<run id>/<node id>`. */
  readonly id: string;
  readonly runId: string;
  /** Id in the plan: `train_yolo`, `train_yolo-2`. */
  readonly node: string;
  readonly step: string;
  readonly status: Status;
  readonly key: CacheKey | null;
  readonly parts: readonly KeyPart[];
  /** Step run whose result this one is: itself when it ran, an earlier one when cached. */
  readonly origin: string | null;
  /** Why it ran or not, one sentence. */
  readonly reason: string | null;
  readonly output: Output | null;
  readonly attempts: number;
  readonly startedAt: Time | null;
  readonly endedAt: Time | null;
  readonly error: StoredError | null;
  /** Where its time went, from being ready to its end, in order; null until then, and for hits that waited for nothing. */
  readonly segments?: readonly TimeSegment[] | null;
  /** Of all its attempts: the sum of their processor time, the most of their memory. */
  readonly usage?: Usage | null;
  readonly hookFailures?: readonly HookFailure[] | null;
}

export interface AttemptRecord {
  readonly stepRunId: string;
  /** From 1. */
  readonly attempt: number;
  readonly status: Status;
  readonly startedAt: Time;
  readonly endedAt: Time | null;
  readonly error: StoredError | null;
  /** Those of the step run that belong to this attempt: `load`, `run`, `save`. */
  readonly segments?: readonly TimeSegment[] | null;
  /** Null also for a process that was killed. */
  readonly usage?: Usage | null;
}

/** One line of a step's log. */
export interface LogLine {
  readonly time: Time;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly source: 'log' | 'stdout' | 'stderr';
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}
