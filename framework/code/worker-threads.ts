/**
 * What TypeScript files of the user get for `node:worker_threads` (dist/worker-threads.js): the same, but a Worker loads TypeScript too, from the code that the
 * run started with. A thread has hooks of its own, and Node has no other way to give it some than a start option of each.
 */
import threads, { type WorkerOptions } from 'node:worker_threads';
import { LOADER_KEY, loaderForThreads } from './loader-of-thread.ts';

export * from 'node:worker_threads';

export class Worker extends threads.Worker {
  constructor(file: string | URL, options: WorkerOptions = {}) {
    threads.setEnvironmentData(LOADER_KEY, loaderForThreads() as never);
    const preload = ['--import', new URL('./register.js', import.meta.url).href];
    super(file, { ...options, execArgv: [...(options.execArgv ?? process.execArgv), ...preload] });
  }
}

export default { ...threads, Worker };
