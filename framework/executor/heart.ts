import { Worker } from 'node:worker_threads';
import type { Claim } from '../components/metadata-store.ts';
import type { CacheKey } from '../model/key-part.ts';

/** Says "alive" for an executor, and renews its claims, however long a step blocks the event loop. */
export interface Heart {
  /** From the first step that runs on; a run that is served from the cache has no need of one. */
  start(): void;
  /** The claim is renewed until it is dropped. */
  hold(claim: Claim, leaseMs: number): void;
  drop(key: CacheKey): void;
  stop(): void;
}

/** What the thread is told. */
export type ToHeart =
  | { readonly type: 'hold'; readonly claim: Claim; readonly leaseMs: number }
  | { readonly type: 'drop'; readonly key: CacheKey }
  | { readonly type: 'stop' };

/** What the thread is started with: it opens the record again by itself. */
export interface HeartJob {
  readonly executor: string;
  readonly stack: { readonly projectDir: string; readonly home: string; readonly name: string };
}

/** For a store whose executors are looked up in the process table. */
export const noHeart: Heart = { start() {}, hold() {}, drop() {}, stop() {} };

/**
 * A heart in a thread of its own: the script `entry`, which calls `serveHeart`. One that fails is a warning, for the run goes on, and the beat of the
 * main thread with it; a run that was taken for dead shows at its next commit, which is fenced.
 */
export function createHeart({ entry, ...job }: HeartJob & { readonly entry: URL }): Heart {
  let thread: Worker | undefined;
  const tell = (message: ToHeart): void => thread?.postMessage(message);
  return {
    start() {
      if (thread) return;
      thread = new Worker(entry, { workerData: job, execArgv: [] });
      thread.unref();
      thread.on('error', (error) => process.emitWarning(`Sluice: the heartbeat thread failed: ${error.message}`));
    },
    hold: (claim, leaseMs) => tell({ type: 'hold', claim, leaseMs }),
    drop: (key) => tell({ type: 'drop', key }),
    stop: () => tell({ type: 'stop' }),
  };
}
