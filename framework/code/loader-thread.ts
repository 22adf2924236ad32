import module from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import threads, { type MessagePort } from 'node:worker_threads';
import type { Digest } from '../hashing/digest.ts';
import { engineFiles } from './engine-files.ts';
import { type LoadedModule, type LoaderHooks, loaderHooks } from './loader-hooks.ts';
import { hasSourceMap } from './map-stack-traces.ts';
import { beforeSources, expectSources, keepSourcesIn, markLoaded, type Source } from './sources.ts';
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
  readonly mapFile: string;
}

/**
 * The loader for Node 22.13 and 22.14, whose hooks are asynchronous and run in a thread of their own. The thread tells what it has loaded before
 * Node runs it; the messages are taken when somebody asks.
 */
export function registerInThread(options: ThreadOptions): void {
  const { port1, port2 } = new threads.MessageChannel();
  port1.unref();
  beforeSources(() => {
    for (let got = threads.receiveMessageOnPort(port1); got; got = threads.receiveMessageOnPort(port1)) {
      const { path, source, url, mapFile } = got.message as LoadedMessage;
      hasSourceMap(url, mapFile);
      if (source) markLoaded(path, source);
    }
  });
  const thread = pathToFileURL(join(options.engineDir, 'loader-thread.js'));
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

/** Called by Node in the hooks' thread. */
export const resolve: module.ResolveHook = async (specifier, context, nextResolve) => {
  const url = hooks?.resolve(specifier, context.parentURL);
  return url === undefined ? nextResolve(specifier, context) : { url, shortCircuit: true };
};

/** Called by Node in the hooks' thread. */
export const load: module.LoadHook = async (url, context, nextLoad) => {
  const found: LoadedModule | undefined = hooks?.load(url);
  if (!found) {
    const result = await nextLoad(url, context);
    // Source for CommonJS would have Node load what it requires by the ESM loader, which is not the same.
    const own = result.format === 'commonjs' ? undefined : hooks?.plain(url, result.source);
    return own === undefined ? result : { ...result, source: own };
  }
  const { path, source, mapFile, code } = found;
  toMain?.postMessage({ path, source, url, mapFile } satisfies LoadedMessage);
  return { format: 'module', source: code, shortCircuit: true };
};
