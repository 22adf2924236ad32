import { enableCompileCache } from 'node:module';

/** The script of worker processes (`dist/worker.js`): the engine's code comes compiled from the cache that the command keeps. */
enableCompileCache();
void import('./serve-worker.ts').then(({ serveWorker }) => serveWorker());
