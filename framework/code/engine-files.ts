import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPackage, readManifest } from './find-package.ts';

const here = dirname(fileURLToPath(import.meta.url));
const HELPERS = '@oxc-project/runtime';

/** What the engine answers to imports of user files, so that there is one engine in the process, wherever the user's project lies. */
export interface EngineFiles {
  /** Folder of the built engine. */
  readonly dir: string;
  /** Path that `specifier`, imported from `fromDir`, stands for; undefined leaves it to Node. */
  resolve(specifier: string, fromDir: string): string | undefined;
}

/** @param dir folder of the built engine. Default: where this code runs from. */
export function engineFiles(dir = here): EngineFiles {
  const entries = new Map([
    ['sluice', 'index.js'],
    ['sluice/register', 'register.js'],
    // With a Worker that loads TypeScript.
    ['node:worker_threads', 'worker-threads.js'],
    ['worker_threads', 'worker-threads.js'],
  ]);
  const isShared = sharedPackages(dir);
  let helpers: string | undefined;
  return {
    dir,
    resolve(specifier, fromDir) {
      const entry = entries.get(specifier);
      if (entry) return join(dir, entry);
      if (isShared(specifier, fromDir)) return join(dir, `${specifier}.js`);
      if (!specifier.startsWith(`${HELPERS}/helpers/`)) return undefined;
      // Imports that the transformer adds: the user's project needn't have that package.
      helpers ??= findPackage(HELPERS, dir);
      return helpers && join(helpers, 'src', 'helpers', 'esm', `${specifier.slice(HELPERS.length + 9)}.js`);
    },
  };
}

/**
 * A user file that imports a package which is in the bundle, in the very version that is in the bundle, gets the bundled copy: one file for
 * zod instead of a hundred, 80 ms less at every start.
 */
function sharedPackages(dir: string): (specifier: string, fromDir: string) => boolean {
  const list = join(dir, 'bundled.json');
  const bundled: Readonly<Record<string, string>> = statSync(list, { throwIfNoEntry: false })
    ? JSON.parse(readFileSync(list, 'utf8'))
    : {};
  const answers = new Map<string, boolean>();
  return (specifier, fromDir) => {
    const version = bundled[specifier];
    if (version === undefined) return false;
    const installed = findPackage(specifier, fromDir);
    // Not installed yet, as in a project fresh from `sluice init`: it runs all the same.
    if (installed === undefined) return true;
    const known = answers.get(installed);
    if (known !== undefined) return known;
    const same = readManifest(installed).version === version;
    answers.set(installed, same);
    return same;
  };
}
