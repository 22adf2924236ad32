import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Blake3 } from '../../../framework/hashing/blake3.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import type { FileDigest } from '../../../framework/hashing/file-digest.ts';
import { type FileStamp, rememberedDigests } from '../../../framework/hashing/remembered-digests.ts';

const [OLD, NEW] = [sha256('old'), sha256('new')];
const FILE = resolve('/data/file');
const SECOND = 1000;
const HOUR = 3600 * SECOND;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-digests-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

/** A file system with one file on it, whose clock is set by the test. */
function fileSystem() {
  let now = 10 * HOUR;
  const stampOf = (changedAt: number, { inode = 1, size = 9000, device = 1n } = {}): FileStamp => ({
    size,
    changedAt,
    device,
    text: [device, inode, size, changedAt].join(' '),
  });
  let file: FileStamp | undefined;
  return {
    /** Another process looks: nothing but what is on disk is known to it. */
    open: () =>
      rememberedDigests({ folder, stat: (path) => (path === FILE ? file : { ...stampOf(now, { size: 0 }) }) }),
    /** As a file system does whose clock has steps of that many milliseconds. */
    write(step = 1, more: Parameters<typeof stampOf>[1] = {}): void {
      file = stampOf(Math.floor(now / step) * step, more);
    },
    pass: (milliseconds: number): void => {
      now += milliseconds;
    },
  };
}

type Files = ReturnType<typeof fileSystem>;

/** Reads the file, and remembers what it was. */
function digest(files: Files, found = OLD, meanwhile = (): void => {}): void {
  const digests = files.open();
  const seen = digests.look(FILE);
  meanwhile();
  if (seen) digests.note(seen, { digest: found });
  digests.keep();
}

function lookAgain(files: Files): string | undefined {
  const digests = files.open();
  const seen = digests.look(FILE);
  return seen && digests.find(seen)?.digest;
}

describe('the digest of a file', () => {
  it('has its BLAKE3 beside it, once that was counted', () => {
    const files = fileSystem();
    files.write();
    files.pass(HOUR);
    const blake3 = 'b3'.repeat(32) as Blake3;
    digest(files);
    const later = (content: Omit<FileDigest, 'size'>) => {
      const digests = files.open();
      const seen = digests.look(FILE)!;
      digests.note(seen, content);
      digests.keep();
      return files.open().find(seen);
    };
    expect(later({ digest: OLD })).toEqual({ digest: OLD, size: 9000 });
    expect(later({ digest: OLD, blake3 })).toEqual({ digest: OLD, size: 9000, blake3 });
    expect(later({ digest: OLD })).toEqual({ digest: OLD, size: 9000, blake3 });
  });

  it('is remembered while nothing about it changes', () => {
    const files = fileSystem();
    files.write();
    files.pass(10 * SECOND);
    digest(files);
    files.pass(10 * HOUR);
    expect(lookAgain(files)).toBe(OLD);
  });

  it.each([1, 10, SECOND, 2 * SECOND])(
    'is not remembered when it could change again within one step of %i ms',
    (step) => {
      for (let wait = 0; wait <= 3 * SECOND; wait += 250) {
        const files = fileSystem();
        files.write(step);
        files.pass(wait);
        digest(files);
        // The same size, and perhaps the same times: `stat` can't tell the two.
        files.write(step);
        files.pass(HOUR);
        expect([undefined, NEW]).toContain(lookAgain(files));
      }
    },
  );

  it('is read again until the file is old enough, and then is remembered', () => {
    const files = fileSystem();
    files.write();
    files.pass(SECOND);
    digest(files);
    expect(lookAgain(files)).toBeUndefined();
    files.pass(10 * SECOND);
    digest(files);
    expect(lookAgain(files)).toBe(OLD);
  });

  it('is judged by the time when its reading began, however long that takes', () => {
    const files = fileSystem();
    files.write(2 * SECOND);
    digest(files, OLD, () => files.pass(10 * SECOND));
    expect(lookAgain(files)).toBeUndefined();
  });

  it('is not remembered when the file changed while it was read', () => {
    const files = fileSystem();
    files.write();
    files.pass(10 * SECOND);
    digest(files, OLD, () => {
      files.pass(1);
      files.write();
    });
    expect(lookAgain(files)).toBeUndefined();
  });

  it.each([{ inode: 2 }, { size: 9001 }, { device: 2n }])(
    'is another one when the file is another one: %o',
    (other) => {
      const files = fileSystem();
      files.write(24 * HOUR);
      files.pass(30 * HOUR);
      digest(files);
      expect(lookAgain(files)).toBe(OLD);
      files.write(24 * HOUR, other);
      expect(lookAgain(files)).toBeUndefined();
    },
  );

  it('of another device, which may go by another clock, is remembered when the file is an hour old', () => {
    const now = Date.now();
    for (const [age, wanted] of [
      [HOUR / 2, undefined],
      [2 * HOUR, OLD],
    ] as const) {
      const stamp: FileStamp = { size: 9000, changedAt: now - age, device: 2n, text: `${age}` };
      const stat = (path: string): FileStamp => (path === FILE ? stamp : { ...stamp, device: 1n, changedAt: now });
      const digests = rememberedDigests({ folder, stat });
      const seen = digests.look(FILE);
      if (seen) digests.note(seen, { digest: OLD });
      expect(seen && digests.find(seen)?.digest).toBe(wanted);
    }
  });
});

describe('on a real file system', () => {
  it('a file that was just written is read, and one whose time is set back is another one', () => {
    const file = join(folder, 'file');
    const digests = rememberedDigests({ folder: join(folder, 'digests') });
    writeFileSync(file, 'x'.repeat(9000));
    const before = statSync(file);
    const first = digests.look(file);
    expect(first).toMatchObject({ isSettled: false });
    writeFileSync(file, 'y'.repeat(9000));
    utimesSync(file, before.atime, before.mtime);
    // In the very same step of the clock the times are equal: then the rule above is what protects.
    const second = digests.look(file);
    expect(second?.stamp.text !== first?.stamp.text || second?.isSettled === false).toBe(true);
    expect(digests.look(join(folder, 'none'))).toBeUndefined();
    expect(digests.look(folder)).toBeUndefined();
  });

  it('a folder that can not be written remembers nothing and fails nothing', () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'x'.repeat(9000));
    const digests = rememberedDigests({ folder: join(file, 'digests') });
    const seen = digests.look(file);
    if (seen) digests.note(seen, { digest: OLD });
    digests.keep();
    expect(seen && digests.find(seen)).toBeUndefined();
  });
});
