import module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import threads, { type MessagePort } from 'node:worker_threads';
import type { Digest } from '../hashing/digest.ts';
import { engineFiles } from './engine-files.ts';
import { freezeRequired } from './freeze-required.ts';
import { type LoadedModule, type LoaderHooks, loaderHooks } from './loader-hooks.ts';
import { hasSourceMap } from './map-stack-traces.ts';
import {
  beforeSources,
  expectSources,
  keepSourcesIn,
  loadedSource,
  markFrozen,
  markLoaded,
  onFrozen,
  type Source,
} from './sources.ts';
import { openTransformCache } from './transform-cache.ts';

interface ThreadOptions {
  readonly engineDir: string;
  readonly transformDir: string;
  readonly frozen: ReadonlyMap<string, Digest>;
}

/** What the hooks' thread tells of every user file it has given to Node. */
interface LoadedMessage {
  readonly path: string;
  readonly source: Source | undefined;
  readonly url: string;
  /** Undefined where Node runs the source as it stands. */
  readonly mapFile: string | undefined;
}

/** What the main thread tells of every user file that it has digested: the run began with it. */
interface FrozenMessage {
  readonly path: string;
  readonly source: Source;
}

/**
 * The loader for Node 22.13 and 22.14, whose hooks are asynchronous and run in a thread of their own. The thread tells what it has loaded before
 * Node runs it, and is told what a run has digested before anything of that run is imported; who needs to know takes what has come. What is
 * required is loaded by the main thread, past those hooks (`freezeRequired`).
 */
export function registerInThread(options: ThreadOptions): void {
  const { port1, port2 } = new threads.MessageChannel();
  port1.unref();
  beforeSources(() => {
    for (let got = threads.receiveMessageOnPort(port1); got; got = threads.receiveMessageOnPort(port1)) {
      const { path, source, url, mapFile } = got.message as LoadedMessage;
      if (mapFile !== undefined) hasSourceMap(url, mapFile);
      if (source) markLoaded(path, source);
    }
  });
  const thread = pathToFileURL(join(options.engineDir, 'loader-thread.js'));
  onFrozen((path, source) => port1.postMessage({ path, source } satisfies FrozenMessage));
  const transforms = openTransformCache(options.transformDir);
  freezeRequired(loaderHooks({ engine: engineFiles(options.engineDir), transforms }));
  module.register(thread, { data: { ...options, port: port2 }, transferList: [port2] });
}

let hooks: LoaderHooks | undefined;
let toMain: MessagePort | undefined;

/** Called by Node in the hooks' thread, first. */
export function initialize({ engineDir, transformDir, frozen, port }: ThreadOptions & { port: MessagePort }): void {
  expectSources(frozen);
  keepSourcesIn(join(transformDir, '..', 'sources'));
  toMain = port;
  hooks = loaderHooks({ engine: engineFiles(engineDir), transforms: openTransformCache(transformDir) });
}

function takeFrozen(): void {
  if (!toMain) return;
  for (let got = threads.receiveMessageOnPort(toMain); got; got = threads.receiveMessageOnPort(toMain)) {
    const { path, source } = got.message as FrozenMessage;
    markFrozen(path, source);
  }
}

/** Called by Node in the hooks' thread. */
export const resolve: module.ResolveHook = async (specifier, context, nextResolve) => {
  const url = hooks?.resolve(specifier, context.parentURL);
  return url === undefined ? nextResolve(specifier, context) : { url, shortCircuit: true };
};

/** Called by Node in the hooks' thread. */
export const load: module.LoadHook = async (url, context, nextLoad) => {
  takeFrozen();
  const found: LoadedModule | undefined = hooks?.load(url);
  if (!found) {
    const result = await nextLoad(url, context);
    // Source for CommonJS would have Node load what it requires by the ESM loader, which is not the same.
    const own = result.format === 'commonjs' ? undefined : hooks?.plain(url, result.source);
    tellPlain(url);
    return own === undefined ? result : { ...result, source: own };
  }
  const { path, source, mapFile, code } = found;
  toMain?.postMessage({ path, source, url, mapFile } satisfies LoadedMessage);
  return { format: 'module', source: code, shortCircuit: true };
};

/** JavaScript and JSON of the user's are in digests as they were loaded, too. */
function tellPlain(url: string): void {
  if (!url.startsWith('file:')) return;
  const path = fileURLToPath(url.replace(/[?#].*$/, ''));
  const source = loadedSource(path);
  if (source) toMain?.postMessage({ path, source, url, mapFile: undefined } satisfies LoadedMessage);
}
