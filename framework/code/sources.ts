import { readFileSync } from 'node:fs';
import { sluiceError } from '../errors.ts';
import { type Digest, sha256 } from '../hashing/digest.ts';

/** One file as it was when it was read. */
export interface Source {
  readonly text: string;
  readonly digest: Digest;
}

/** User files that run in this process. A loaded module can't be replaced: this is what its code is, whatever the disk says now. */
const loaded = new Map<string, Source>();
/** User files that a run has digested: what a later `import()` or a worker of that run must load, or nothing. */
const frozen = new Map<string, Source>();
/** The same, as told by the process that started this one: only digests, the text is in the transform cache or still on disk. */
const expected = new Map<string, Digest>();

/** Brings `loaded` up to date where modules are loaded by another thread. */
let update = (): void => {};
export function beforeSources(callback: () => void): void {
  update = callback;
}
export const updateSources = (): void => update();

/** The file as it is on disk now. */
export function readSource(path: string): Source {
  const bytes = readFileSync(path);
  return { text: bytes.toString('utf8'), digest: sha256(bytes) };
}

/**
 * What a digest of `path` must be made of: the code that runs in this process, else the disk.
 * @throws ERR_SOURCE_CHANGED as `sourceToLoad` does.
 */
export function sourceForDigest(path: string): Source {
  update();
  const source = checked(path, loaded.get(path) ?? readSource(path));
  frozen.set(path, source);
  return source;
}

/**
 * What this process must run as `path`; remembered, the first one stays.
 * @throws ERR_SOURCE_CHANGED when the run was started with another content than there is now.
 */
export function sourceToLoad(path: string): Source {
  const source = checked(path, loaded.get(path) ?? frozen.get(path) ?? readSource(path));
  loaded.set(path, source);
  return source;
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

export function expectSources(digests: ReadonlyMap<string, Digest>): void {
  for (const [path, digest] of digests) expected.set(path, digest);
}

/** Absolute path → SHA-256, of every user file that this process has loaded or digested: hand it to a worker of the same run. */
export function loadedSources(): ReadonlyMap<string, Digest> {
  update();
  return new Map([...expected, ...[...frozen, ...loaded].map(([path, { digest }]) => [path, digest] as const)]);
}
