import module from 'node:module';
import { pathToFileURL } from 'node:url';
import threads, { type WorkerOptions } from 'node:worker_threads';
import type { Digest } from '../hashing/digest.ts';
import { loadedSources } from './sources.ts';

/** Under this name a worker thread finds what its loader needs, and the threads it starts itself too. */
const KEY = 'sluice.loader';

export interface WorkerLoader {
  readonly cacheDir: string;
  readonly frozen: ReadonlyMap<string, Digest>;
}

/** What the thread that started this one has left for its loader; undefined in the main thread. */
export const loaderOfParent = (): WorkerLoader | undefined =>
  threads.isMainThread ? undefined : (threads.getEnvironmentData(KEY) as WorkerLoader | undefined);

/**
 * Makes `new Worker(new URL('./decode.ts', import.meta.url))` of user files load TypeScript as the main thread does, from the code that the
 * run started with. Hooks belong to one thread, and Node has no way to say "in new threads too" but a start option of each.
 */
export function loadInWorkers(options: { readonly cacheDir: string; readonly register: string }): void {
  const preload = ['--import', pathToFileURL(options.register).href];
  const Plain = threads.Worker;
  class Worker extends Plain {
    constructor(file: string | URL, workerOptions: WorkerOptions = {}) {
      threads.setEnvironmentData(KEY, { cacheDir: options.cacheDir, frozen: loadedSources() } as never);
      super(file, { ...workerOptions, execArgv: [...(workerOptions.execArgv ?? process.execArgv), ...preload] });
    }
  }
  threads.Worker = Worker;
  module.syncBuiltinESMExports();
}
