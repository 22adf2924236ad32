import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeUnlessUsed } from '../../../framework/hashing/remove-unless-used.ts';

let root: string;
let folder: string;
let tmp: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sluice-remove-'));
  [folder, tmp] = [join(root, 'folder'), join(root, 'tmp')];
  await mkdir(folder);
  for (const name of ['a', 'b']) await writeFile(join(folder, name), name);
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('removes a folder that nobody uses, and leaves nothing beside it', async () => {
  expect(await removeUnlessUsed(folder, { tmp, isUsed: () => false })).toBe(true);
  expect([existsSync(folder), await readdir(tmp)]).toEqual([false, []]);
  expect(await removeUnlessUsed(folder, { tmp, isUsed: () => false })).toBe(false);
});

it('puts back, whole, what somebody begins to use between the look and the removal', async () => {
  const answers = [false, true];
  expect(await removeUnlessUsed(folder, { tmp, isUsed: () => answers.shift() ?? true })).toBe(false);
  expect([await readdir(folder), await readdir(tmp)]).toEqual([['a', 'b'], []]);
});

it('leaves in its place what somebody made anew while it was looked at', async () => {
  let looks = 0;
  const isUsed = async (): Promise<boolean> => {
    looks += 1;
    if (looks === 1) return false;
    await mkdir(folder);
    await writeFile(join(folder, 'new'), 'new');
    return true;
  };
  expect(await removeUnlessUsed(folder, { tmp, isUsed })).toBe(true);
  expect([await readdir(folder), await readdir(tmp)]).toEqual([['new'], []]);
});
