import threads from 'node:worker_threads';
import type { Digest } from '../hashing/digest.ts';
import { loadedSources } from './sources.ts';

/** Under this name a worker thread finds what its loader needs. */
export const LOADER_KEY = 'sluice.loader';

export interface ThreadLoader {
  readonly cacheDir: string;
  readonly frozen: ReadonlyMap<string, Digest>;
}

let cacheDir: string | undefined;

/** Says where this thread keeps transformed code, so that the threads it starts do too. */
export function keepsCodeIn(dir: string): void {
  cacheDir = dir;
}

/** For a thread that is started now. */
export const loaderForThreads = (): ThreadLoader | undefined =>
  cacheDir === undefined ? undefined : { cacheDir, frozen: loadedSources() };

/** What the thread that started this one has left for its loader; undefined in the main thread. */
export const loaderOfParent = (): ThreadLoader | undefined =>
  threads.isMainThread ? undefined : (threads.getEnvironmentData(LOADER_KEY) as ThreadLoader | undefined);
