import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Leftover } from '../components/artifact-store.ts';
import type { Stack } from '../components/stack.ts';
import { artifactCacheDir } from '../executor/stack-services.ts';
import type { Digest } from '../hashing/digest.ts';
import { removeUnlessUsed } from '../hashing/remove-unless-used.ts';
import { isLeftBehind } from '../hashing/temporary-name.ts';
import { isFinal, isSuccess } from '../model/status.ts';
import type { Debris } from './garbage-report.ts';

/** Debris that can be removed. */
export interface LocalDebris extends Debris {
  /** Object that a laid-out copy is of. */
  readonly of?: Digest;
  remove(): Promise<void>;
}

/** Another stack may use this home too, and its runs are not in this record: what nobody here knows has to be this old. Milliseconds. */
const UNKNOWN_MS = 24 * 3600_000;
const KEY = /^[0-9a-f]{64}$/;
/** Ids of runs are so long. */
const RUN_ID = 12;

export interface DebrisOptions {
  readonly stack: Pick<Stack, 'home' | 'metadataStore' | 'artifactStore'>;
  /** Milliseconds since the epoch: what was begun or written to since may still be in use. */
  readonly before: number;
  /** Whether anything may still ask for this object. */
  readonly isLive: (digest: Digest) => boolean | Promise<boolean>;
}

/** What killed processes left in the home of this machine, and files laid out of artifacts that are gone. */
export async function localDebris(options: DebrisOptions): Promise<readonly LocalDebris[]> {
  return [
    ...(await workFolders(options)),
    ...(await checkpoints(options)),
    ...(await temporaryFiles(options)),
    ...(await laidOut(options)),
  ];
}

/** What a store says of itself, in the same form. */
export const debrisOf = ({ kind, name, size, remove }: Leftover): LocalDebris => ({ kind, name, size, remove });

/** A run removes its own at its end, and who finds it lost does. What is left are those of machines and moments in between. */
async function workFolders({ stack: { home, metadataStore }, before }: DebrisOptions): Promise<LocalDebris[]> {
  const found: LocalDebris[] = [];
  for (const { name } of await entries(join(home, 'work'))) {
    const path = join(home, 'work', name);
    const run = await metadataStore.findRun(name);
    const isOver = run?.id === name ? isFinal(run.status) : (await newest(path)) < orUnknown(before);
    if (isOver) found.push(await folder('work folder', path));
  }
  return found;
}

/** Kept for whoever continues: a checkpoint of a key goes when no step run of it is open or ended badly, one of a run when the run ended well or is gone. */
async function checkpoints({ stack: { home, metadataStore }, before }: DebrisOptions): Promise<LocalDebris[]> {
  const names = (await entries(join(home, 'checkpoints'))).map(({ name }) => name);
  const wanted = new Set(await metadataStore.continuable(names.filter((name) => KEY.test(name))));
  const found: LocalDebris[] = [];
  for (const name of names) {
    const path = join(home, 'checkpoints', name);
    if (wanted.has(name) || (await newest(path)) >= orUnknown(before)) continue;
    const id = name.slice(0, RUN_ID);
    const run = KEY.test(name) ? undefined : await metadataStore.findRun(id);
    if (run?.id === id && !isSuccess(run.status)) continue;
    found.push(await folder('checkpoint', path));
  }
  return found;
}

async function temporaryFiles({ stack: { home }, before }: DebrisOptions): Promise<LocalDebris[]> {
  const shelf = join(artifactCacheDir(home), 'tmp');
  const found: LocalDebris[] = [];
  for (const { name } of await entries(shelf)) {
    const path = join(shelf, name);
    const stat = await statOf(path);
    if (stat && isLeftBehind(name, stat.mtimeMs, before)) found.push(await folder('temporary file', path));
  }
  return found;
}

/**
 * Files and folders under `files/ab/cdef…/NAME` and `folders/…` are links to objects, which take up room as long as these do. When one's time has
 * come its object may be there again: a step made the same bytes, and the next one has the path.
 */
async function laidOut({ stack: { home, artifactStore }, isLive }: DebrisOptions): Promise<LocalDebris[]> {
  const tmp = join(artifactCacheDir(home), 'tmp');
  const found: LocalDebris[] = [];
  for (const kind of ['files', 'folders']) {
    const shelf = join(artifactCacheDir(home), kind);
    for (const { name: prefix } of await entries(shelf)) {
      for (const { name: rest } of await entries(join(shelf, prefix))) {
        const of = (prefix + rest) as Digest;
        const path = join(shelf, prefix, rest);
        if (await isLive(of)) continue;
        const remove = async (): Promise<void> => {
          await removeUnlessUsed(path, { tmp, isUsed: () => artifactStore.has(of) });
        };
        found.push({ ...(await folder('laid-out copy', path)), of, remove });
      }
    }
  }
  return found;
}

const orUnknown = (before: number): number => Math.min(before, Date.now() - UNKNOWN_MS);

async function folder(kind: Debris['kind'], path: string): Promise<LocalDebris> {
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  return { kind, name: path, size: await bytesBelow(path), remove };
}

/** Bytes of files that have no other name: a link to an object of the store frees nothing by itself. */
async function bytesBelow(path: string): Promise<number> {
  let bytes = 0;
  for await (const stat of filesBelow(path)) if (stat.nlink === 1) bytes += stat.size;
  return bytes;
}

async function newest(path: string): Promise<number> {
  let time = (await statOf(path))?.mtimeMs ?? 0;
  for await (const { mtimeMs } of filesBelow(path)) time = Math.max(time, mtimeMs);
  return time;
}

async function* filesBelow(path: string): AsyncGenerator<Stats> {
  const stat = await statOf(path);
  if (stat?.isFile()) yield stat;
  if (stat?.isDirectory()) for (const { name } of await entries(path)) yield* filesBelow(join(path, name));
}

const statOf = (path: string): Promise<Stats | undefined> =>
  lstat(path).catch((error: unknown) => absent(error, undefined));

const entries = (path: string): Promise<readonly Dirent[]> =>
  readdir(path, { withFileTypes: true }).catch((error: unknown) => absent(error, []));

/** Its owner may have removed it meanwhile. */
function absent<T>(error: unknown, value: T): T {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return value;
  throw error;
}
