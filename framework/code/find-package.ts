import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `@scope/name/sub/path` → `@scope/name`. */
export const packageNameOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Folder of the installed package that an import from `fromDir` means, as Node looks it up; undefined when it isn't installed. */
export function findPackage(name: string, fromDir: string): string | undefined {
  for (let dir = fromDir; ; dir = dirname(dir)) {
    const candidate = join(dir, 'node_modules', name);
    if (statSync(join(candidate, 'package.json'), { throwIfNoEntry: false })) return candidate;
    if (dirname(dir) === dir) return undefined;
  }
}

export interface PackageManifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

export const readManifest = (packageDir: string): PackageManifest =>
  JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8')) as PackageManifest;
