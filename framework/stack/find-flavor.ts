import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { registerTypeScriptLoader } from '../code/typescript-loader.ts';
import { sluiceError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { ComponentKind } from './component-kind.ts';
import type { Flavor } from './flavor.ts';
import { builtInFlavors } from './flavors.ts';
import type { Project } from './project.ts';

/**
 * A flavor by what a component's file says: the name of a built-in one; the path of a module of your own, counted from the project (`./my-store.ts`);
 * or a package's name (`sluice-gcs`, `@team/stores/gcs`). A module default-exports what `defineFlavor` gives.
 *
 * @throws ERR_FLAVOR when there is none, or the module can't be used.
 */
export async function findFlavor<K extends ComponentKind>(kind: K, name: string, project: Project): Promise<Flavor<K>> {
  const builtIn = await builtInFlavors(kind);
  const found = builtIn.find((flavor) => flavor.name === name);
  if (found) return found;
  const file = isPath(name) ? resolve(project.dir, name) : packageFile(name, project);
  if (file === undefined || !existsSync(file)) {
    throw noFlavor(
      kind,
      name,
      file,
      builtIn.map((flavor) => flavor.name),
    );
  }
  registerTypeScriptLoader({ cacheDir: join(project.home, 'cache') });
  const flavor = await defaultExport(name, file);
  const problem = problemOf(flavor, kind);
  if (problem === undefined) return flavor as Flavor<K>;
  const fix = `It has to \`export default defineFlavor({ kind: '${kind}', name, description, options, open })\`, with defineFlavor of "sluice".`;
  throw sluiceError('ERR_FLAVOR', { flavor: name, where: file, problem, fix });
}

const isPath = (name: string): boolean => name.startsWith('.') || isAbsolute(name) || /\.[cm]?[jt]s$/.test(name);

function packageFile(name: string, project: Project): string | undefined {
  try {
    return createRequire(join(project.dir, 'package.json')).resolve(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
    throw error;
  }
}

async function defaultExport(name: string, file: string): Promise<unknown> {
  try {
    const module: { readonly default?: unknown } = await import(pathToFileURL(file).href);
    return module.default;
  } catch (error) {
    const fix = 'Mend the module; it has to load by itself, and to import its library in `open`.';
    const problem = `it does not load: ${error instanceof Error ? error.message : String(error)}`;
    throw sluiceError('ERR_FLAVOR', { flavor: name, where: file, problem, fix }, error);
  }
}

/** By what it can do, not by its class: it may have come with another copy of zod. */
function problemOf(flavor: unknown, kind: ComponentKind): string | undefined {
  if (flavor === undefined) return 'the module has no default export.';
  const { kind: said, name, options, open } = (flavor ?? {}) as Partial<Record<keyof Flavor, unknown>>;
  if (said !== kind) return `it is of the kind ${String(said)}, and is used as ${kind}.`;
  if (typeof name !== 'string' || name === '') return 'it has no name.';
  if (typeof (options as { safeParse?: unknown } | undefined)?.safeParse !== 'function') {
    return '`options` is no zod schema.';
  }
  return typeof open === 'function' ? undefined : 'it has no function `open`.';
}

function noFlavor(kind: ComponentKind, name: string, file: string | undefined, known: readonly string[]): Error {
  const near = nearest(name, known);
  const where = kind;
  const fix = `${near ? `Did you mean ${near}? ` : ''}There are: ${known.join(', ')}. One of your own is named by its module: ./my-store.ts, or a package.`;
  const problem =
    file === undefined ? 'there is no such flavor, and no package of that name.' : `there is no file ${file}.`;
  return sluiceError('ERR_FLAVOR', { flavor: name, where, problem, fix });
}
