import { beforeEach, expect, it, vi } from 'vitest';
import { createFlushQueue } from '../../../framework/hashing/flush-queue.ts';

/** A disk that syncs when it is told to, and the files that were closed. */
const disk = vi.hoisted(() => ({ waiting: [] as ((error: Error | null) => void)[], closed: [] as number[] }));

vi.mock(import('node:fs'), async (original) => {
  const fs = await original();
  const fsync = (_: number, done: (error: Error | null) => void): void => void disk.waiting.push(done);
  return { ...fs, fsync: fsync as typeof fs.fsync, closeSync: (file: number) => void disk.closed.push(file) };
});

beforeEach(() => {
  disk.waiting.splice(0);
  disk.closed.splice(0);
});

/** Enters once more than there are places, and tells who is in. */
async function full() {
  const queue = createFlushQueue();
  for (let i = 0; i < 64; i++) await queue.enter();
  const entered: string[] = [];
  const late = ['first', 'second'].map((who) => queue.enter().then(() => entered.push(who)));
  await Promise.resolve();
  expect(entered).toEqual([]);
  return { queue, entered, late };
}

it('hands a place on when a file is on the disk, to who waits longest', async () => {
  const { queue, entered, late } = await full();
  queue.flush(7);
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
  const queue = createFlushQueue();
  await queue.enter();
  await queue.enter();
  queue.flush(1);
  queue.flush(2);
  const flushed = queue.flushed();
  const [first, second] = disk.waiting;
  first?.(new Error('EIO'));
  second?.(null);
  await expect(flushed).rejects.toThrow('EIO');
  expect(disk.closed).toEqual([1, 2]);
  await expect(queue.flushed()).rejects.toThrow('EIO');
});
