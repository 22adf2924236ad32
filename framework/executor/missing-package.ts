import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPackage, packageNameOf, readManifest } from '../code/find-package.ts';

/** A package that a step imports and that is not installed. */
export interface MissingPackage {
  readonly name: string;
  /** The command that installs it, with all else that the importing package lacks. */
  readonly install: string;
}

/**
 * Reads Node's error about an import that leads nowhere.
 * @returns undefined for every other error, and for files that are missing.
 */
export function missingPackage(error: unknown): MissingPackage | undefined {
  if (!(error instanceof Error) || !isNotFound(error)) return undefined;
  const found = /^Cannot find (?:package|module) '([^'./\\][^']*)'(?: imported from (.+))?/.exec(error.message);
  if (!found?.[1] || /^(?:node|file):|^[a-z]:[\\/]/i.test(found[1])) return undefined;
  const name = packageNameOf(found[1]);
  const importer = found[2]?.split('\n')[0] ?? requireStackOf(error)[0];
  return { name, install: `npm install ${whatToInstall(name, importer)}` };
}

const isNotFound = (error: Error): boolean =>
  ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(String((error as { code?: unknown }).code));

const requireStackOf = (error: Error): readonly string[] =>
  (error as { requireStack?: readonly string[] }).requireStack ?? [];

/** What a package names as a peer for its tests: no step wants it. */
const TEST_RUNNERS: ReadonlySet<string> = new Set(['vitest']);

/** A package that leaves heavy parts to its users names them as peers: one command then brings all that are wanting, in the versions that it takes. */
function whatToInstall(name: string, importer: string | undefined): string {
  const folder = importer === undefined ? undefined : packageFolder(importer);
  const peers = folder === undefined ? {} : (readManifest(folder).peerDependencies ?? {});
  if (folder === undefined || !(name in peers)) return name;
  const wanting = Object.entries(peers)
    .filter(([peer]) => peer === name || !(TEST_RUNNERS.has(peer) || findPackage(peer, folder)))
    .map(([peer, range]) => `${peer}@${range.replace(/^[\^~]/, '')}`); // `^` is a character that Windows' shell eats
  // onnxruntime's script would fetch CUDA from outside the registry; all the rest is in the packages.
  return [...(peers['onnxruntime-node'] ? ['--ignore-scripts'] : []), ...wanting].join(' ');
}

/** Folder of the package that a file belongs to. */
function packageFolder(file: string): string | undefined {
  for (let dir = dirname(pathOf(file)); ; dir = dirname(dir)) {
    if (statSync(join(dir, 'package.json'), { throwIfNoEntry: false })) return dir;
    if (dirname(dir) === dir) return undefined;
  }
}

const pathOf = (file: string): string => (file.startsWith('file:') ? fileURLToPath(file) : file);
