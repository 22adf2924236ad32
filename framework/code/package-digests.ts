import { realpathSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { canonicalDigest } from '../hashing/canonical.ts';
import { type Digest, sha256 } from '../hashing/digest.ts';
import { Basis, type RunFiles } from './basis.ts';
import type { PackageManifest } from './find-package.ts';

export interface PackageDigest {
  readonly digest: Digest;
  readonly basis: Basis;
  /** `4.6.7`, `4.6.7 and 3 packages below it`. */
  readonly display: string;
}

interface LockEntry extends PackageManifest {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
}

interface Lockfile {
  readonly dir: string;
  /** `node_modules/a/node_modules/b` → what is locked there. */
  readonly locked: Readonly<Record<string, LockEntry>>;
  /** The same, of what npm has really put there; empty where npm left no note. */
  readonly installed: Readonly<Record<string, LockEntry>>;
}

/**
 * What an imported package is: the integrities of itself and of every package below it, from the nearest package-lock.json; without one (pnpm, yarn,
 * a global install) the installed versions. A package that is a link into the project (a workspace) is its files.
 */
export function packageDigests(run: RunFiles): (name: string, fromDir: string) => PackageDigest {
  const locks = new Map<string, Lockfile | undefined>();
  const done = new Map<string, PackageDigest>();
  const lockOf = (dir: string): Lockfile | undefined => {
    if (!locks.has(dir))
      locks.set(dir, readLock(dir, run) ?? (dirname(dir) === dir ? undefined : lockOf(dirname(dir))));
    return locks.get(dir);
  };
  return (name, fromDir) => {
    const key = `${name}\n${fromDir}`;
    const found = done.get(key) ?? digestOf(name, fromDir, lockOf(fromDir), run);
    done.set(key, found);
    return found;
  };
}

function digestOf(name: string, fromDir: string, lock: Lockfile | undefined, run: RunFiles): PackageDigest {
  const basis = new Basis(run);
  // A lockfile that appears nearer would be the one that counts.
  for (let dir = fromDir; ; dir = dirname(dir)) {
    basis.text(join(dir, 'package-lock.json'));
    if (dir === lock?.dir || dirname(dir) === dir) break;
  }
  if (lock) basis.text(join(lock.dir, NOTE));
  const identities = new Map<string, string>();
  collect(name, fromDir, lock, basis, identities);
  const own = [...identities.values()][0] ?? '';
  const below = identities.size - 1;
  return {
    // Where in node_modules a package lies is npm's affair; which packages there are is not.
    digest: canonicalDigest([...identities.values()].sort()),
    display: `${own.split(' ')[1] ?? 'not installed'}${below > 0 ? ` and ${below} below it` : ''}`,
    basis,
  };
}

/** Where npm notes what it has really installed. */
const NOTE = join('node_modules', '.package-lock.json');

function readLock(dir: string, run: RunFiles): Lockfile | undefined {
  const text = run.read(join(dir, 'package-lock.json'))?.text;
  if (text === undefined) return undefined;
  const note = run.read(join(dir, NOTE))?.text;
  return { dir, locked: packagesOf(text), installed: note === undefined ? {} : packagesOf(note) };
}

const packagesOf = (text: string): Readonly<Record<string, LockEntry>> =>
  (JSON.parse(text) as { readonly packages?: Record<string, LockEntry> }).packages ?? {};

/** Place in the lockfile that an import of `name` from `fromDir` leads to: the nearest node_modules above that has it. */
function lockKey(name: string, fromDir: string, lock: Lockfile): string | undefined {
  const inside = relative(lock.dir, fromDir).split(sep).join('/');
  for (let at = inside; ; at = at.slice(0, Math.max(at.lastIndexOf('/'), 0))) {
    const key = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (lock.locked[key]) return key;
    if (at === '') return undefined;
  }
}

/** Adds `name version integrity` of a package and of all it depends on. */
function collect(
  name: string,
  fromDir: string,
  lock: Lockfile | undefined,
  basis: Basis,
  identities: Map<string, string>,
): void {
  const key = lock && lockKey(name, fromDir, lock);
  const locked = key === undefined ? undefined : lock?.locked[key];
  if (lock && key !== undefined && locked && !locked.link && isAsLocked(join(lock.dir, key), locked, lock, basis)) {
    if (identities.has(key)) return;
    const entry = inPlace(locked, lock.installed[key]);
    identities.set(key, `${name} ${entry.version ?? ''} ${entry.integrity ?? entry.resolved ?? ''}`);
    for (const below of dependenciesOf(entry)) collect(below, join(lock.dir, key), lock, basis, identities);
    return;
  }
  collectInstalled(name, fromDir, lock, basis, identities);
}

/** What runs is what is installed: where npm's own note differs from the lockfile (an install is due), the note is true. */
const inPlace = (locked: LockEntry, installed: LockEntry | undefined): LockEntry =>
  installed && installed.integrity !== locked.integrity ? installed : locked;

/** Where npm left no note (another package manager did the installing), the lockfile counts only for what is installed as it says. */
function isAsLocked(dir: string, locked: LockEntry, lock: Lockfile, basis: Basis): boolean {
  if (Object.keys(lock.installed).length > 0) return true;
  const text = basis.text(join(dir, 'package.json'));
  return text === undefined || (JSON.parse(text) as PackageManifest).version === locked.version;
}

function collectInstalled(
  name: string,
  fromDir: string,
  lock: Lockfile | undefined,
  basis: Basis,
  identities: Map<string, string>,
): void {
  const found = installedAt(name, fromDir, basis);
  // Not there: a dependency of another platform, or an optional peer. What isn't there can't run.
  if (found === undefined) return;
  const dir = realpathSync.native(found);
  if (identities.has(dir)) return;
  const manifest = JSON.parse(basis.text(join(dir, 'package.json')) ?? '{}') as PackageManifest;
  const isOurs = !dir.split(sep).includes('node_modules');
  identities.set(dir, `${name} ${manifest.version ?? ''} ${isOurs ? folderDigest(dir, basis) : ''}`);
  for (const below of dependenciesOf(manifest)) collect(below, dir, lock, basis, identities);
}

const dependenciesOf = (manifest: PackageManifest): readonly string[] =>
  [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies].flatMap((group) =>
    Object.keys(group ?? {}),
  );

/** Folder of a package as Node looks it up; every place where it might have been is part of the answer. */
function installedAt(name: string, fromDir: string, basis: Basis): string | undefined {
  for (let dir = fromDir; ; dir = dirname(dir)) {
    const candidate = join(dir, 'node_modules', name);
    if (basis.read(join(candidate, 'package.json'))) return candidate;
    if (dirname(dir) === dir) return undefined;
  }
}

/** A linked package has no integrity: all its files count, but what is installed in it and hidden folders. */
function folderDigest(dir: string, basis: Basis): Digest {
  const lines = basis.list(dir).map((file) => `${relative(dir, file).split(sep).join('/')} ${basis.digest(file)}`);
  return sha256(lines.join('\n'));
}
