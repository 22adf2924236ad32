import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sluiceError } from '../errors.ts';
import { type Digest, sha256 } from '../hashing/digest.ts';
import { isTypeScript } from './resolve-source.ts';
import { writeAtomically } from './write-atomically.ts';

/** One file as it was when it was read. */
export interface Source {
  readonly text: string;
  readonly digest: Digest;
}

/** User files that run in this process. A loaded module can't be replaced: this is what its code is, whatever the disk says now. */
const loaded = new Map<string, Source>();
/** User files that a run has digested: what a later `import()` or a worker of that run must load, or nothing. */
const frozen = new Map<string, Source>();
/** The same, as told by the process that started this one: only digests, the text is in the transform cache, among the kept sources or still on disk. */
const expected = new Map<string, Digest>();

/** Brings `loaded` up to date where modules are loaded by another thread. */
let update = (): void => {};
export function beforeSources(callback: () => void): void {
  update = callback;
}
export const updateSources = (): void => update();

/** Has the modules that are loaded by another thread be those that this one has digested. */
let tellFrozen = (_path: string, _source: Source): void => {};
export function onFrozen(callback: (path: string, source: Source) => void): void {
  tellFrozen = callback;
  for (const [path, source] of frozen) callback(path, source);
}
/** Says, in the thread that loads modules, what the run has digested. */
export function markFrozen(path: string, source: Source): void {
  frozen.set(path, source);
}
/** What this thread has given to Node as `path`. */
export const loadedSource = (path: string): Source | undefined => loaded.get(path);

/** Where sources are kept for the workers of a run, by digest: the file may be another one when they come to it. */
let keptIn: string | undefined;
export function keepSourcesIn(dir: string): void {
  keptIn = dir;
}

/** The file as it is on disk now. */
export const readSource = (path: string): Source => sourceOf(readFileSync(path));
export const sourceOf = (bytes: Buffer): Source => ({ text: bytes.toString('utf8'), digest: sha256(bytes) });

/**
 * What a digest of `path` must be made of: the code that runs in this process, else the disk.
 * @throws ERR_SOURCE_CHANGED as `sourceToLoad` does.
 */
export function sourceForDigest(path: string): Source {
  update();
  const source = checked(path, loaded.get(path) ?? readSource(path));
  if (frozen.get(path)?.digest !== source.digest) tellFrozen(path, source);
  frozen.set(path, source);
  return source;
}

/**
 * What this process must run as `path`; remembered, the first one stays.
 * @param onDisk what the file holds now, where that is known.
 * @throws ERR_SOURCE_CHANGED when the run was started with another content than there is now, and that was not kept.
 */
export function sourceToLoad(path: string, onDisk: () => Source = () => readSource(path)): Source {
  const source = loaded.get(path) ?? frozen.get(path) ?? expectedSource(path, onDisk);
  loaded.set(path, source);
  return source;
}

function expectedSource(path: string, onDisk: () => Source): Source {
  const source = onDisk();
  const wanted = expected.get(path);
  return wanted === undefined || wanted === source.digest ? source : (keptSource(wanted) ?? checked(path, source));
}

function keptSource(digest: Digest): Source | undefined {
  const file = keptIn === undefined ? undefined : join(keptIn, digest);
  const source = file !== undefined && existsSync(file) ? readSource(file) : undefined;
  return source?.digest === digest ? source : undefined;
}

const kept = new Set<Digest>();

/** Code that the transform cache has need not be kept twice. */
function keep(path: string, { text, digest }: Source): void {
  if (keptIn === undefined || kept.has(digest) || (loaded.has(path) && isTypeScript(path))) return;
  kept.add(digest);
  const file = join(keptIn, digest);
  if (!existsSync(file)) writeAtomically(file, text);
}

/** Says what another thread has loaded into this process; the first one stays. */
export function markLoaded(path: string, source: Source): void {
  if (!loaded.has(path)) loaded.set(path, source);
}

function checked(path: string, source: Source): Source {
  const wanted = expected.get(path);
  if (wanted !== undefined && wanted !== source.digest) throw sluiceError('ERR_SOURCE_CHANGED', { path });
  return source;
}

/** The digest that another process has settled for `path`. */
export const expectedDigest = (path: string): Digest | undefined => expected.get(path);

/** The text that runs in this process as `path`; undefined for what is none of the user's files. */
export function runningText(path: string): string | undefined {
  update();
  return loaded.get(path)?.text;
}

export function expectSources(digests: ReadonlyMap<string, Digest>): void {
  for (const [path, digest] of digests) expected.set(path, digest);
}

/**
 * Absolute path → SHA-256, of every user file that this process has loaded or digested: hand it to a worker of the same run. The worker finds the
 * files' content although they may change meanwhile.
 */
export function loadedSources(): ReadonlyMap<string, Digest> {
  update();
  const sources = [...frozen, ...loaded];
  for (const [path, source] of sources) keep(path, source);
  return new Map([...expected, ...sources.map(([path, { digest }]) => [path, digest] as const)]);
}
