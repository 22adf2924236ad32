import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { readSource } from '../../../framework/hashing/read-source.ts';

/** Files of the test's own making: fewer bytes at a read, no size, an error at the opening. */
const disk = vi.hoisted(() => ({
  most: Number.POSITIVE_INFINITY,
  isSizeless: false,
  refuse: undefined as string | undefined,
}));

vi.mock(import('node:fs'), async (original) => {
  const fs = await original();
  const openSync: typeof fs.openSync = (path, ...more) => {
    if (disk.refuse) throw Object.assign(new Error(`${disk.refuse}: made for a test`), { code: disk.refuse });
    return fs.openSync(path, ...more);
  };
  const readSync = ((file: number, into: Buffer, at: number, length: number, from: null) =>
    fs.readSync(file, into, at, Math.min(length, disk.most), from)) as typeof fs.readSync;
  const fstatSync = ((file: number) => (disk.isSizeless ? { size: 0 } : fs.fstatSync(file))) as typeof fs.fstatSync;
  return { ...fs, openSync, fstatSync, readSync };
});

const folder = mkdtempSync(join(tmpdir(), 'sluice-source-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (text: string): string => {
  const file = join(folder, 'file');
  writeFileSync(file, text);
  return file;
};

it('gives the bytes of a small file, however many reads that takes', () => {
  disk.most = 3;
  expect(Buffer.from(readSource(fileOf('ten letters'), 100) as Uint8Array).toString()).toBe('ten letters');
  disk.most = Number.POSITIVE_INFINITY;
  expect(readSource(fileOf(''), 100)).toHaveLength(0);
});

it('gives the number of bytes of a bigger one', () => {
  expect(readSource(fileOf('ten letters'), 11)).toHaveLength(11);
  expect(readSource(fileOf('ten letters'), 10)).toBe(11);
});

it('ends where a file has become shorter meanwhile', () => {
  const file = fileOf('ten letters');
  disk.most = 0;
  expect(readSource(file, 100)).toHaveLength(0);
  disk.most = Number.POSITIVE_INFINITY;
});

it('reads what the system makes up as one reads, and says no size of', () => {
  disk.isSizeless = true;
  expect(readSource(fileOf('ten letters'), 5)).toHaveLength(11);
  disk.isSizeless = false;
});

it('tells its faults apart from those of a disk', () => {
  expect(() => readSource(join(folder, 'gone'), 1)).toThrow(expect.objectContaining({ code: 'ERR_FILE_NOT_FOUND' }));
  expect(() => readSource(join(fileOf('x'), 'below'), 1)).toThrow(
    expect.objectContaining({ code: 'ERR_FILE_NOT_FOUND' }),
  );
  for (const [code, told] of [
    ['EACCES', 'ERR_INPUT'],
    ['EMFILE', 'EMFILE'],
  ]) {
    disk.refuse = code;
    expect(() => readSource(fileOf('x'), 1)).toThrow(expect.objectContaining({ code: told }));
  }
  disk.refuse = undefined;
});
