import type { Hooks } from './hook.ts';

/** A number of milliseconds, or text: `500ms`, `2s`, `10m`, `6h`, `1d`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`;

export interface RetryOptions {
  /** Tries in all, the first one counted. */
  readonly attempts: number;
  /** Wait before the second try; doubled for each one after it. Default 1s. */
  readonly backoff?: Duration;
  /** Longest wait. Default 1m. */
  readonly cap?: Duration;
  /** Share of the wait that is random, 0 to 1. Default 0.2. */
  readonly jitter?: number;
  /** Only errors for which this holds are tried again. Default: all but cancellation and input errors. */
  readonly retryOn?: (error: unknown) => boolean;
}

export interface CachePolicy {
  /** How long a result may be re-used. */
  readonly expires?: Duration;
  /**
   * Arguments left out of the key, or fields of them (`options.verbose`, `rows[0]`), each your own promise that it can't change the result.
   */
  readonly ignore?: readonly string[];
  /** Text that joins the key: for what neither code nor arguments show. */
  readonly extra?: () => string | Promise<string>;
  /**
   * Who shares results. Default: everyone who uses the metadata store. `pipeline`: runs of the same pipeline; `project`: runs of the same project (the
   * name in its package.json); any other text, or what the function returns, names a group of your own, such as a stack or a user.
   */
  readonly scope?: 'pipeline' | 'project' | (string & {}) | ((where: CacheScope) => string);
}

/** Where a step is about to run. */
export interface CacheScope {
  readonly pipeline: string;
  readonly project: string;
  readonly stack: string;
}

/** What a step reads beside its arguments; hashed before it runs and checked unchanged after it. */
export interface DeclaredInputs {
  readonly env?: readonly string[];
  /** Paths relative to the project folder, or patterns (`config/*.{yaml,json}`, `src/**`). One that isn't there is a state like any other. */
  readonly files?: readonly string[];
  /**
   * What the step reads of earlier runs: called with the step's real arguments before the key is made; its value (plain data) joins the key
   * and reaches the step as `stepContext().history`.
   */
  readonly history?: (reader: HistoryReader, ...args: never[]) => Promise<unknown>;
}

/** One earlier, succeeded step run. */
export interface HistoryEntry {
  readonly runId: string;
  readonly runName: string;
  readonly endedAt: number;
  /** Digest of each top-level output field. */
  readonly digests: Readonly<Record<string, string>>;
  load(field: string): Promise<unknown>;
}

/** Read-only view of earlier results, for a declared `history` input. */
export interface HistoryReader {
  /** Succeeded (not cached) step runs of this step name, oldest first, at most the latest 200. */
  outputsOf(step: string): Promise<readonly HistoryEntry[]>;
}

export interface Resources {
  readonly cpu?: number;
  /** Bytes, or text such as `2GiB`. */
  readonly memory?: number | string;
  /** The machine's are counted: SLUICE_GPUS, else the NVIDIA ones. */
  readonly gpu?: number;
}

export interface StepOptions extends Hooks {
  /** Default: the method's name. Lower case letters, digits, `_` and `-`. */
  readonly name?: string;
  readonly cache?: boolean | CachePolicy;
  /** Change it to say: results of the earlier version no longer count. */
  readonly version?: string;
  readonly inputs?: DeclaredInputs;
  readonly retry?: RetryOptions;
  readonly timeout?: Duration;
  readonly resources?: Resources;
  /** `process`: a crash, an `exit()`, an OOM or a blocked event loop hurts only this step. Default `inline`. */
  readonly isolation?: 'inline' | 'process';
}

export type StepMethod = (...args: never[]) => Promise<unknown>;

/** The facts that `@step` leaves on a method. */
export interface StepDefinition {
  readonly name: string;
  readonly className: string;
  readonly method: string;
  /** Absolute path of the source file. */
  readonly file: string;
  readonly options: StepOptions;
  readonly body: StepMethod;
}
