import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { EngineFiles } from './engine-files.ts';
import { isTypeScript, resolveSource } from './resolve-source.ts';
import { expectedDigest, readSource, type Source, sourceOf, sourceToLoad } from './sources.ts';
import type { TransformCache, Transformed } from './transform-cache.ts';
import { pathAliases } from './tsconfig-paths.ts';

/** The two questions that Node asks about a module, answered for user files only. Shared by the hooks of both kinds of Node. */
export interface LoaderHooks {
  /** URL of the module, or undefined: not ours, ask Node. */
  resolve(specifier: string, parentUrl: string | undefined): string | undefined;
  /** The module as JavaScript, or undefined: not ours, ask Node. @throws ERR_SOURCE_SYNTAX, ERR_SOURCE_CHANGED. */
  load(url: string): LoadedModule | undefined;
  /**
   * Told what Node itself has found: a user's JavaScript and JSON count in digests as they were then, too. Returns what must run instead, because the
   * run began with it; undefined where that is the same.
   * @throws ERR_SOURCE_CHANGED.
   */
  plain(url: string, found: string | NodeJS.ArrayBufferView | ArrayBuffer | null | undefined): string | undefined;
}

export interface LoadedModule extends Transformed {
  readonly path: string;
  /** Undefined where it came from the cache by the digest that the run started with. */
  readonly source: Source | undefined;
}

export function loaderHooks(options: {
  readonly engine: EngineFiles;
  readonly transforms: TransformCache;
}): LoaderHooks {
  const { engine, transforms } = options;
  const aliases = pathAliases();
  return {
    resolve(specifier, parentUrl) {
      if (parentUrl !== undefined && !parentUrl.startsWith('file:')) return undefined;
      const parent = parentUrl === undefined ? undefined : fileURLToPath(withoutQuery(parentUrl));
      const fromDir = parent === undefined ? process.cwd() : dirname(parent);
      const isUsers = parent === undefined || isTypeScript(parent);
      // JavaScript, which may be a package's or this engine's own, gets nothing from here but the engine by its name.
      const ours = isUsers || specifier.startsWith('sluice') ? engine.resolve(specifier, fromDir) : undefined;
      if (ours !== undefined) return pathToFileURL(ours).href;
      if (!isUsers || specifier.startsWith('node:')) return undefined;
      const base = fileNamed(specifier, fromDir);
      const bases = base === undefined ? (parent === undefined ? [] : aliases.expand(specifier, fromDir)) : [base];
      for (const candidate of bases) {
        const { path } = resolveSource(candidate, parent ?? candidate);
        // One file, one module: a linked folder must not make two.
        if (path !== undefined) return pathToFileURL(realpathSync.native(path)).href + query(specifier);
      }
      return undefined;
    },
    load(url) {
      if (!url.startsWith('file:')) return undefined;
      const path = fileURLToPath(withoutQuery(url));
      if (!isTypeScript(path) || path.endsWith('.cts')) return undefined;
      const digest = expectedDigest(path);
      // The starting process has transformed it already: what it saw, even if the file has changed since.
      const kept = digest && transforms.lookup(path, digest);
      if (kept) return { ...kept, path, source: undefined };
      const source = sourceToLoad(path);
      return { ...transforms.transform(path, source), path, source };
    },
    plain(url, found) {
      if (!url.startsWith('file:') || /[\\/]node_modules[\\/]/.test(url)) return undefined;
      const path = fileURLToPath(withoutQuery(url));
      if (!PLAIN.test(path) || path.startsWith(engine.dir)) return undefined;
      // Node keeps what it has read of some CommonJS files to itself.
      const onDisk = found
        ? sourceOf(typeof found === 'string' ? Buffer.from(found) : bytesOf(found))
        : readSource(path);
      const source = sourceToLoad(path, () => onDisk);
      return source.digest === onDisk.digest ? undefined : source.text;
    },
  };
}

const PLAIN = /\.(?:[cm]?js|json)$/;

const withoutQuery = (url: string): string => url.replace(/[?#].*$/, '');
const query = (specifier: string): string => /[?#].*$/.exec(specifier)?.[0] ?? '';

const bytesOf = (source: NodeJS.ArrayBufferView | ArrayBuffer): Buffer =>
  ArrayBuffer.isView(source) ? Buffer.from(source.buffer, source.byteOffset, source.byteLength) : Buffer.from(source);

/** Absolute path that a relative, absolute or `file:` specifier names; undefined for a package. */
function fileNamed(specifier: string, fromDir: string): string | undefined {
  const plain = withoutQuery(specifier);
  if (plain.startsWith('file:')) return fileURLToPath(plain);
  if (isAbsolute(plain)) return plain;
  return /^\.\.?(?:\/|$)/.test(plain) ? join(fromDir, decodeURIComponent(plain)) : undefined;
}
