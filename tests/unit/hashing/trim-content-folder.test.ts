import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Digest } from '../../../framework/hashing/digest.ts';
import { enterFolder, oldestUser } from '../../../framework/hashing/folder-users.ts';
import { openContentFolder } from '../../../framework/hashing/open-content-folder.ts';
import { trimContentFolder } from '../../../framework/hashing/trim-content-folder.ts';

const DAY = 86_400;
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-trim-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const pathOf = (digest: Digest, shelf = 'objects'): string => join(root, shelf, digest.slice(0, 2), digest.slice(2));

/** Objects of 1000 bytes, used so many days ago. */
async function objectsOfAge(...days: readonly number[]): Promise<Digest[]> {
  const folder = openContentFolder({ root, name: 'cache' });
  const digests: Digest[] = [];
  for (const age of days) {
    const { digest } = await folder.add(randomBytes(1000));
    await used(pathOf(digest), age);
    digests.push(digest);
  }
  return digests;
}

const used = (path: string, daysAgo: number): Promise<void> => {
  const time = Math.floor(Date.now() / 1000 - daysAgo * DAY);
  return utimes(path, time, time);
};
const present = (digests: readonly Digest[]): boolean[] => digests.map((digest) => existsSync(pathOf(digest)));

it('leaves a folder alone that is under its limit', async () => {
  const digests = await objectsOfAge(9, 8);
  expect(await trimContentFolder({ root, maxBytes: 2000 })).toEqual({ size: 2000, freed: 0 });
  expect(present(digests)).toEqual([true, true]);
});

it('removes what was used least lately until a tenth is free', async () => {
  const digests = await objectsOfAge(1, 4, 2, 3);
  expect(await trimContentFolder({ root, maxBytes: 3000 })).toEqual({ size: 4000, freed: 2000 });
  expect(present(digests)).toEqual([true, false, true, false]);
});

it('removes the files and folders that hold old bytes, and keeps bytes that a newer folder holds', async () => {
  const [old, shared, young] = (await objectsOfAge(5, 4, 1)) as [Digest, Digest, Digest];
  const file = join(pathOf(old, 'files'), 'best.onnx');
  const [oldFolder, newFolder] = [join(pathOf(old, 'folders'), 'a'), join(pathOf(young, 'folders'), 'b')];
  for (const folder of [pathOf(old, 'files'), oldFolder, newFolder]) await mkdir(folder, { recursive: true });
  await link(pathOf(old), file);
  await link(pathOf(old), join(oldFolder, 'x'));
  await link(pathOf(shared), join(newFolder, 'y'));
  await used(oldFolder, 5);
  expect(await trimContentFolder({ root, maxBytes: 1500 })).toEqual({ size: 3000, freed: 1000 });
  expect([file, oldFolder, newFolder].map((path) => existsSync(path))).toEqual([false, false, true]);
  expect(present([old, shared, young])).toEqual([false, true, true]);
});

it('keeps what was used since the oldest living user entered, and forgets users that are gone', async () => {
  const digests = await objectsOfAge(3, 1);
  const gone = join(root, 'users', `${encodeURIComponent((await import('node:os')).hostname())}.999999999.1`);
  const user = enterFolder(root);
  await writeFile(gone, '');
  // This very process, since two days ago.
  const here = join(root, 'users', `${encodeURIComponent((await import('node:os')).hostname())}.${process.pid}`);
  await writeFile(`${here}.${Date.now() - 2 * DAY * 1000}`, '');
  await trimContentFolder({ root, maxBytes: 10 });
  expect(present(digests)).toEqual([false, true]);
  expect(existsSync(gone)).toBe(false);
  await rm(join(root, 'users'), { recursive: true });
  user.leave();
  expect(oldestUser(root)).toBe(Number.POSITIVE_INFINITY);
});

it('keeps what was used a moment ago', async () => {
  const digests = await objectsOfAge(0, 0);
  await trimContentFolder({ root, maxBytes: 10 });
  expect(present(digests)).toEqual([true, true]);
});
