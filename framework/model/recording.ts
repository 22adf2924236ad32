import type { StoredError, Time } from './run.ts';

/**
 * What a step run spends its time on. `wait`: it is ready and has no slot yet (its key is made and looked up in this time too), or waits before it
 * tries again; `claim`: another run has the right to compute its key; `load`: its inputs are read, its process is started; `run`: its method runs;
 * `save`: its output goes into the store.
 */
export const SEGMENT_KINDS = ['wait', 'claim', 'load', 'run', 'save'] as const;
export type SegmentKind = (typeof SEGMENT_KINDS)[number];

/** A stretch of a step run's time, milliseconds to a thousandth. */
export interface TimeSegment {
  readonly kind: SegmentKind;
  readonly startedAt: Time;
  readonly durationMs: number;
}

/** What an attempt used of the machine. */
export interface Usage {
  /** Processor time, user and system together; with several threads more than the time that went by. */
  readonly cpuMs: number;
  /** Most memory that the process held (resident set) while the attempt ran, as far as the system tells; bytes. */
  readonly peakMemoryBytes: number;
  /** The process had other work at the same time: an inline step shares it with the engine and with its neighbours. */
  readonly isShared: boolean;
}

/** Where a run took place. */
export interface RunEnvironment {
  /** Version of Node, without the `v`. */
  readonly node: string;
  /** As `process.platform` and `process.arch` say it. */
  readonly platform: string;
  readonly arch: string;
  /** Processors that the process may use. */
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly sluice: string;
  readonly host: string;
}

/** What git says of the project's folder at the start of a run. */
export interface GitState {
  readonly commit: string;
  /** Null on a detached head. */
  readonly branch: string | null;
  /** Files that git knows differ from the commit; null when nobody looked: nothing ran, or git did not answer. */
  readonly dirty: boolean | null;
}

/** What a run's code was beside the commit: texts too long for a list of runs. */
export interface CodeState {
  /** `git diff HEAD` of the files that git knows, without `.env*`, secrets masked; null when there is none or git did not answer. */
  readonly diff: string | null;
  /** The diff was longer than what is kept of it. */
  readonly isDiffCut: boolean;
  /** Direct dependencies of the project and the version that is locked, or installed, of each. */
  readonly packages: Readonly<Record<string, string>>;
}

/** A hook that threw, or took too long. It changes nothing of what it was called for. */
export interface HookFailure {
  readonly hook: 'onSuccess' | 'onFailure';
  readonly at: Time;
  readonly error: StoredError;
}
