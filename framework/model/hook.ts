import type { StoredError } from './run.ts';
import type { Status } from './status.ts';
import type { Duration } from './step-definition.ts';

/** What a hook is told. Frozen. */
export interface HookContext {
  readonly run: {
    readonly id: string;
    readonly name: string;
    readonly pipeline: string;
    readonly params: unknown;
    readonly tags: readonly string[];
  };
  /** Absent for the hooks of a pipeline. */
  readonly step?: {
    readonly id: string;
    /** Its place in the plan. */
    readonly node: string;
    readonly name: string;
    readonly attempts: number;
  };
  readonly status: Status;
  readonly error: StoredError | null;
  /** What the step or the pipeline returned, read from the store by the first call; undefined when it failed. */
  outputs(): Promise<unknown>;
}

export type Hook = (context: HookContext) => void | Promise<void>;

/**
 * Functions to call when a step or a run has ended and its end is in the record. They change nothing of it: one that throws, or takes too long, is recorded
 * as failed (`hookFailures`), and the run goes on. Called in the process of the run; not for results taken from the cache, nor for what was cancelled
 * or skipped. No part of a cache key.
 */
export interface Hooks {
  readonly onSuccess?: Hook;
  /** After the last attempt. */
  readonly onFailure?: Hook;
  /** Longest time that one may take. Default 30s. */
  readonly hookTimeout?: Duration;
}
