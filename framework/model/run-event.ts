import type { Output } from './artifact.ts';
import type { CacheKey } from './key-part.ts';
import type { HookFailure } from './recording.ts';
import type { LogLine, RunRecord, StepRunRecord, StoredError } from './run.ts';

/** How far a step is. Every field is optional: a step says what it knows. */
export interface Progress {
  /** 0 to 1. */
  readonly fraction?: number;
  readonly message?: string;
  /** Shown in this order: `{ epoch: '3/20', mAP50: 0.71 }`. */
  readonly fields?: Readonly<Record<string, string | number>>;
  readonly secondsLeft?: number;
}

/** Everything that happens in a run, as data. Only reporters and the server turn it into text. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly run: RunRecord;
      readonly nodes: readonly { readonly id: string; readonly parents: readonly string[] }[];
    }
  /** A dynamic pipeline has made a call: the run has one more step. */
  | { readonly type: 'step-added'; readonly node: string; readonly parents: readonly string[] }
  | { readonly type: 'step-started'; readonly node: string; readonly attempt: number; readonly reason: string }
  | {
      readonly type: 'step-waiting';
      readonly node: string;
      /** Who computes the same result. */
      readonly holder: { readonly run: string; readonly host: string; readonly pid: number };
      readonly key: CacheKey;
    }
  | { readonly type: 'step-progress'; readonly node: string; readonly progress: Progress }
  | { readonly type: 'step-log'; readonly node: string; readonly attempt: number; readonly line: LogLine }
  | { readonly type: 'step-cached'; readonly node: string; readonly stepRun: StepRunRecord }
  | {
      readonly type: 'step-retrying';
      readonly node: string;
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: StoredError;
    }
  | { readonly type: 'step-succeeded'; readonly node: string; readonly stepRun: StepRunRecord; readonly output: Output }
  | {
      readonly type: 'step-failed';
      readonly node: string;
      readonly stepRun: StepRunRecord;
      readonly error: StoredError;
    }
  | { readonly type: 'step-skipped'; readonly node: string; readonly because: string }
  | { readonly type: 'step-cancelled'; readonly node: string }
  /** Something a user should know about a step's caching: damaged artifact, uncacheable receiver, unseen reads, changed input. */
  | {
      readonly type: 'step-warning';
      readonly node: string;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    }
  /** A hook threw or took too long; of the run itself when it names no node. */
  | { readonly type: 'hook-failed'; readonly node?: string; readonly failure: HookFailure }
  | { readonly type: 'run-cancelling'; readonly how: 'graceful' | 'now' }
  | {
      readonly type: 'run-finished';
      readonly run: RunRecord;
      readonly steps: readonly StepRunRecord[];
      /** The run's page at the tracker's server, where it has one and has answered. */
      readonly trackerUrl?: string;
    };

export type EventSink = (event: RunEvent) => void;
