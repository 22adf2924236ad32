import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { createFlushQueue } from '../../../framework/hashing/flush-queue.ts';

/** A disk that syncs when it is told to, the files that were closed, and what became of asking for all of it at once. */
const disk = vi.hoisted(() => ({
  waiting: [] as ((error: Error | null) => void)[],
  closed: [] as number[],
  all: [] as boolean[],
  timesAll: 0,
}));

vi.mock(import('node:fs'), async (original) => {
  const fs = await original();
  const fsync = (_: number, done: (error: Error | null) => void): void => void disk.waiting.push(done);
  return { ...fs, fsync: fsync as typeof fs.fsync, closeSync: (file: number) => void disk.closed.push(file) };
});

vi.mock(import('../../../framework/hashing/sync-file-system.ts'), () => ({
  async syncFileSystem() {
    disk.timesAll++;
    return disk.all.shift() ?? false;
  },
}));

const folder = mkdtempSync(join(tmpdir(), 'sluice-flush-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => {
  disk.waiting.splice(0);
  disk.closed.splice(0);
  disk.all.splice(0);
  disk.timesAll = 0;
});

/** Enters once more than there are places, and tells who is in. */
async function full() {
  const queue = createFlushQueue(folder);
  for (let i = 0; i < 64; i++) await queue.enter();
  const entered: string[] = [];
  const late = ['first', 'second'].map((who) => queue.enter().then(() => entered.push(who)));
  await Promise.resolve();
  expect(entered).toEqual([]);
  return { queue, entered, late };
}

it('hands a place on when a file is on the disk, to who waits longest', async () => {
  const { queue, entered, late } = await full();
  queue.flush(7, '');
  disk.waiting.shift()?.(null);
  await late[0];
  expect([entered, disk.closed]).toEqual([['first'], [7]]);
});

it('hands on the place of a file that could not be opened: nobody waits for ever', async () => {
  const { queue, entered, late } = await full();
  queue.leave();
  queue.leave();
  await Promise.all(late);
  expect(entered).toEqual(['first', 'second']);
});

it('tells what the disk refused from then on, having closed the file and gone on', async () => {
  const queue = createFlushQueue(folder);
  await queue.enter();
  await queue.enter();
  queue.flush(1, '');
  queue.flush(2, '');
  const flushed = queue.flushed();
  const [first, second] = disk.waiting;
  first?.(new Error('EIO'));
  second?.(null);
  await expect(flushed).rejects.toThrow('EIO');
  expect(disk.closed).toEqual([1, 2]);
  await expect(queue.flushed()).rejects.toThrow('EIO');
});

/** A queue whose disk takes all at once, with so many closed files. */
async function withoutPlaces(count: number): Promise<ReturnType<typeof createFlushQueue>> {
  disk.all.push(true);
  const { queue, late } = await full();
  await Promise.all(late);
  for (let i = 0; i < 66; i++) queue.leave();
  for (let i = 0; i < count; i++) {
    await queue.enter();
    queue.flush(i, join(folder, String(i)));
  }
  return queue;
}

it('lets nobody wait where all files can be synced at once, and keeps none of them open', async () => {
  const queue = await withoutPlaces(100);
  expect(disk.closed).toHaveLength(100);
  expect([disk.waiting.length, disk.timesAll]).toEqual([0, 1]);
  disk.all.push(true);
  await queue.flushed();
  expect(disk.timesAll).toBe(2);
});

it('syncs a few by themselves, and has places again', async () => {
  const queue = await withoutPlaces(3);
  await queue.flushed();
  expect(disk.timesAll).toBe(1);
  await queue.enter();
  queue.flush(7, '');
  expect(disk.waiting).toHaveLength(1);
  disk.waiting[0]?.(null);
  await queue.flushed();
});

it('looks at each file when the disk refused to take all, tells what it says, and passes those that are gone', async () => {
  const queue = await withoutPlaces(100);
  writeFileSync(join(folder, '1'), '');
  await queue.flushed();
  expect(disk.timesAll).toBe(2);

  const other = await withoutPlaces(100);
  await other.enter();
  // A part of its path is a file: no name of an object, and so neither on the disk nor gone.
  other.flush(100, join(folder, '1', '2'));
  await expect(other.flushed()).rejects.toThrow('ENOTDIR');
});
