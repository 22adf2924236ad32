import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startBlake3, WORTH_BLAKE3 } from '../../../framework/hashing/blake3.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import { digestOfFile } from '../../../framework/hashing/file-digest.ts';
import { runningDigests } from '../../../framework/hashing/running-digests.ts';
import { threadHash } from '../../../framework/hashing/thread-hash.ts';

const MIB = 1 << 20;

function blake3(bytes: Uint8Array): string | undefined {
  const running = startBlake3();
  running?.update(bytes);
  return running?.digest();
}

function temporaryFile(bytes: Uint8Array): string {
  const file = join(mkdtempSync(join(tmpdir(), 'sluice-blake3-')), 'file');
  onTestFinished(() => rmSync(dirname(file), { recursive: true }));
  writeFileSync(file, bytes);
  return file;
}

describe('BLAKE3', () => {
  /** Of the official test vectors: bytes 0, 1, … 250, 0, 1, … */
  it.each([
    [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
    [1, '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
    [1024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
  ])('of %i bytes is what its authors say', (length, expected) => {
    expect(blake3(Uint8Array.from({ length }, (_, i) => i % 251))).toBe(expected);
  });

  it('takes a part of a buffer, and memory that threads share, in pieces', () => {
    const bytes = randomBytes(3 * MIB + 5);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
    shared.set(bytes);
    const running = startBlake3();
    for (let at = 0; at < shared.byteLength; at += MIB - 1) running?.update(shared.subarray(at, at + MIB - 1));
    expect(running?.digest()).toBe(blake3(bytes));
  });
});

describe('the digests of one pass', () => {
  const bytes = randomBytes(MIB + 1);
  const both = { digest: sha256(bytes), blake3: blake3(bytes) };

  it('are those that were asked for, here and on the thread', async () => {
    const kinds = { sha256: { digest: both.digest }, both, either: { blake3: both.blake3 } } as const;
    const file = temporaryFile(bytes);
    for (const kind of ['sha256', 'both', 'either'] as const) {
      const here = runningDigests(kind);
      here.update(bytes.subarray(0, 7));
      here.update(bytes.subarray(7));
      expect(here.digests()).toEqual(kinds[kind]);
      const there = threadHash(kind);
      await there.update(bytes.subarray(0, 11));
      await there.updateFrom(file, { from: 11, to: bytes.byteLength });
      expect(await there.digests()).toEqual(kinds[kind]);
    }
  });

  it('of a file are both where it is big and the caller wants them', async () => {
    const big = randomBytes(WORTH_BLAKE3);
    const [file, smaller] = [temporaryFile(big), temporaryFile(big.subarray(1))];
    const size = big.byteLength;
    expect(await digestOfFile(file, { blake3: true })).toEqual({ digest: sha256(big), size, blake3: blake3(big) });
    expect(await digestOfFile(file)).toEqual({ digest: sha256(big), size });
    expect(await digestOfFile(smaller, { blake3: true })).toEqual({ digest: sha256(big.subarray(1)), size: size - 1 });
  });

  it('are the SHA-256 alone where the library has no binary', async () => {
    vi.doMock('node:module', () => ({
      createRequire: () => () => {
        throw new Error('Cannot find native binding');
      },
    }));
    vi.resetModules();
    onTestFinished(() => {
      vi.doUnmock('node:module');
      vi.resetModules();
    });
    const without = await import('../../../framework/hashing/running-digests.ts');
    for (const kind of ['sha256', 'both', 'either'] as const) {
      const running = without.runningDigests(kind);
      running.update(bytes);
      expect(running.digests()).toEqual({ digest: both.digest });
    }
  });
});
