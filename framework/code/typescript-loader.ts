import module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Digest } from '../hashing/digest.ts';
import { noteClasses } from './class-source.ts';
import { type EngineFiles, engineFiles } from './engine-files.ts';
import { loaderHooks } from './loader-hooks.ts';
import { keepsCodeIn } from './loader-of-thread.ts';
import { registerInThread } from './loader-thread.ts';
import { hasSourceMap, mapStackTraces } from './map-stack-traces.ts';
import { expectSources, keepSourcesIn } from './sources.ts';
import { openTransformCache } from './transform-cache.ts';

export { loadedSources } from './sources.ts';

export interface LoaderOptions {
  /** Folder for transformed code; made on first use. */
  readonly cacheDir: string;
  /** What the process that started the run has loaded (its `loadedSources()`): this one must run the very same. */
  readonly frozen?: ReadonlyMap<string, Digest>;
  /** The built engine that `sluice` means in user files. Default: the one this code is part of. */
  readonly engine?: EngineFiles;
}

let isRegistered = false;

/**
 * From now on this process imports TypeScript: `.ts`, `.mts` and `.tsx` files, with decorators and their metadata; `sluice` is this very
 * engine for all of them. Worker threads started by user files load the same way. Once per process: later calls only add to `frozen`.
 */
export function registerTypeScriptLoader(options: LoaderOptions): void {
  expectSources(options.frozen ?? new Map());
  if (isRegistered) return;
  isRegistered = true;
  const transformDir = join(options.cacheDir, 'transform');
  const engine = options.engine ?? engineFiles();
  noteClasses();
  mapStackTraces(`${pathToFileURL(engine.dir).href}/`);
  keepsCodeIn(options.cacheDir);
  keepSourcesIn(join(options.cacheDir, 'sources'));
  // Node 22.13 and 22.14 know asynchronous hooks only, which run in a thread of their own.
  if (typeof module.registerHooks === 'function') registerHere(engine, transformDir);
  else registerInThread({ engineDir: engine.dir, transformDir, frozen: options.frozen ?? new Map() });
}

function registerHere(engine: EngineFiles, transformDir: string): void {
  const own = `${pathToFileURL(engine.dir).href}/`;
  const hooks = loaderHooks({ engine, transforms: openTransformCache(transformDir) });
  module.registerHooks({
    resolve(specifier, context, nextResolve) {
      // One built file imports its neighbour: there is nothing to look for, nor to ask a package.json about.
      if (/^\.\/[\w.-]+\.js$/.test(specifier) && context.parentURL?.startsWith(own)) {
        return { url: own + specifier.slice(2), format: 'module', shortCircuit: true };
      }
      const url = hooks.resolve(specifier, context.parentURL);
      if (url === undefined) return nextResolve(specifier, context);
      return { url, shortCircuit: true, ...(url.startsWith(own) && url.endsWith('.js') ? { format: 'module' } : {}) };
    },
    load(url, context, nextLoad) {
      const found = hooks.load(url);
      if (!found) {
        const result = nextLoad(url, context);
        const source = hooks.plain(url, result.source);
        return source === undefined ? result : { ...result, source };
      }
      hasSourceMap(url, found.mapFile);
      return { format: 'module', source: found.code, shortCircuit: true };
    },
  });
}
