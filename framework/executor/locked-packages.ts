import { readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lockfile {
  readonly packages?: Readonly<Record<string, { readonly version?: string }>>;
}

/**
 * What a project's package.json depends on, development apart, with the version that package-lock.json has of each. Without a lockfile of npm's it is the
 * version that is installed, and without that the range that is asked for. Empty for a folder without package.json.
 */
export async function lockedPackages(projectDir: string): Promise<Readonly<Record<string, string>>> {
  const manifest = await readJson<Manifest>(join(projectDir, 'package.json'));
  const wanted = Object.entries({ ...manifest?.dependencies, ...manifest?.optionalDependencies });
  if (wanted.length === 0) return {};
  const locked = await readLock(projectDir);
  const found = wanted.map(async ([name, range]): Promise<[string, string]> => {
    const version = locked(name) ?? (await installedVersion(projectDir, name));
    return [name, version ?? range];
  });
  return Object.fromEntries((await Promise.all(found)).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The nearest lockfile: a workspace has it in a folder above. */
async function readLock(projectDir: string): Promise<(name: string) => string | undefined> {
  for (let folder = projectDir; ; folder = dirname(folder)) {
    const packages = (await readJson<Lockfile>(join(folder, 'package-lock.json')))?.packages;
    if (packages) {
      const inside = relative(folder, projectDir).split(sep).join('/');
      return (name) => (packages[`${inside}/node_modules/${name}`] ?? packages[`node_modules/${name}`])?.version;
    }
    if (dirname(folder) === folder) return () => undefined;
  }
}

async function installedVersion(projectDir: string, name: string): Promise<string | undefined> {
  for (let folder = projectDir; ; folder = dirname(folder)) {
    const manifest = await readJson<Manifest>(join(folder, 'node_modules', name, 'package.json'));
    if (manifest || dirname(folder) === folder) return manifest?.version;
  }
}

/** Undefined when the file is not there, or is no JSON: both are the user's, and no reason to disturb a run. */
async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
