import type { TrackerEntry } from '../components/metadata-store.ts';
import type { Digest } from '../hashing/digest.ts';
import type { Output } from '../model/artifact.ts';
import type { Usage } from '../model/recording.ts';
import type { LogLine, StoredError, Time } from '../model/run.ts';
import type { Progress } from '../model/run-event.ts';
import type { HandedCall } from './handed-call.ts';

/** Everything a worker process needs to run one attempt of one step. Crosses IPC by structured clone. */
export interface WorkerJob {
  readonly stack: { readonly projectDir: string; readonly home: string; readonly name: string };
  readonly pipeline: {
    /** Absolute path or package specifier of the file that exports the class. */
    readonly source: string;
    readonly name: string;
    /** As the user gave them, which the worker parses again, or as the schema put them out. */
    readonly values: unknown;
    /** The latter. */
    readonly areParsed: boolean;
  };
  readonly node: string;
  /** Of a dynamic pipeline; the call of any other is found by planning it again. */
  readonly call?: HandedCall;
  /** Committed outputs of its parents. */
  readonly outputs: Readonly<Record<string, Output>>;
  readonly run: { readonly id: string; readonly name: string };
  readonly stepRun: string;
  readonly attempt: number;
  readonly workDir: string;
  readonly checkpointDir: string;
  readonly history: unknown;
  /** Digests of the source files that the run started with: the worker must run the very same. */
  readonly frozen: ReadonlyMap<string, Digest>;
}

export type ToWorker =
  /**
   * @param mark what the process writes into both streams when the step has ended and it stays for another one.
   * @param secrets all that its parent knows: it opens the artifact store alone, and no password of the others may leave through a result either.
   */
  | { readonly type: 'run'; readonly job: WorkerJob; readonly mark: string; readonly secrets: readonly string[] }
  | { readonly type: 'abort' };

export type FromWorker =
  | { readonly type: 'log'; readonly line: LogLine }
  | { readonly type: 'track'; readonly entry: TrackerEntry }
  | { readonly type: 'progress'; readonly progress: Progress }
  /** The step has taken its AbortSignal. */
  | { readonly type: 'listens' }
  /** The answer to `abort`. */
  | { readonly type: 'heard' }
  | { readonly type: 'phase'; readonly kind: 'run' | 'save'; readonly at: Time }
  /** The last word but one. */
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'succeeded'; readonly output: Output }
  | { readonly type: 'failed'; readonly error: StoredError; readonly mayRetry: boolean }
  /** After `succeeded`: the process is as it was before the step, and waits for another one. */
  | { readonly type: 'stays' };
