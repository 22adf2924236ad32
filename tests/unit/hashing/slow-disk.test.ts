import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, expect, it, vi } from 'vitest';
import { mapLimited } from '../../../framework/hashing/map-limited.ts';
import { openContentFolder } from '../../../framework/hashing/open-content-folder.ts';

/** Files that wait for the disk, and the most there ever were. */
const disk = vi.hoisted(() => ({ waiting: [] as (() => void)[], most: 0 }));

vi.mock(import('node:fs'), async (original) => {
  const fs = await original();
  const fsync = (_: number, done: (error: null) => void): void => {
    disk.waiting.push(() => done(null));
    disk.most = Math.max(disk.most, disk.waiting.length);
  };
  return { ...fs, fsync: fsync as typeof fs.fsync };
});

// One that can't sync a whole file system: with it nothing waits.
vi.mock(import('../../../framework/hashing/sync-file-system.ts'), () => ({ syncFileSystem: async () => false }));

const root = await mkdtemp(join(tmpdir(), 'sluice-slow-disk-'));
afterAll(() => rm(root, { recursive: true, force: true }));

it('a folder of many small files keeps few of them open, however slow the disk is', async () => {
  const folder = openContentFolder({ root, name: 'store' });
  let isSaved = false;
  const saved = mapLimited(
    Array.from({ length: 600 }, (_, i) => Buffer.from(`file ${i}`)),
    16,
    (bytes) => folder.add(bytes),
  ).finally(() => {
    isSaved = true;
  });
  while (!isSaved || disk.waiting.length > 0) {
    await turn();
    // One at a time, as a slow disk.
    disk.waiting.shift()?.();
  }
  await saved;
  await folder.flushed();
  expect(disk.most).toBeGreaterThan(16);
  expect(disk.most).toBeLessThanOrEqual(64);
});
