import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkedStream } from '../../../framework/hashing/checked-stream.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import { threadHash } from '../../../framework/hashing/thread-hash.ts';

const MIB = 1 << 20;

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

describe('a hash on another core', () => {
  it.each([0, 1, MIB, 7 * MIB + 13])('is the SHA-256 of %i bytes, however they come', async (length) => {
    const bytes = randomBytes(length);
    for (const size of [MIB / 2 + 1, 3 * MIB]) {
      const hash = threadHash();
      for await (const piece of pieces(bytes, size)) await hash.update(piece);
      expect(await hash.digest()).toBe(sha256(bytes));
    }
  });

  it('keeps several apart, and takes a copy of what it is given', async () => {
    const [a, b] = [threadHash(), threadHash()];
    const block = Buffer.alloc(5 * MIB, 1);
    const [ones, twos] = [sha256(block), sha256(Buffer.alloc(5 * MIB, 2))];
    await a.update(block);
    block.fill(2);
    await b.update(block);
    expect(await Promise.all([a.digest(), b.digest()])).toEqual([ones, twos]);
  });

  it('checks a big stream like a small one', async () => {
    const bytes = randomBytes(3 * MIB);
    const read = (digest = sha256(bytes)) => buffer(checkedStream(pieces(bytes, 70_000), digest, 'here', 32 * MIB));
    expect((await read()).equals(bytes)).toBe(true);
    await expect(read(sha256('other'))).rejects.toMatchObject({ code: 'ERR_ARTIFACT_DAMAGED' });
  });

  it('passes on what the source of a big stream throws', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.alloc(2 * MIB);
      throw new Error('the line is dead');
    }
    await expect(buffer(checkedStream(broken(), sha256(''), 'here', 32 * MIB))).rejects.toThrow('the line is dead');
  });

  it('reads ranges of a file itself, in the order in which it is told', async () => {
    const bytes = randomBytes(5 * MIB + 3);
    const file = join(mkdtempSync(join(tmpdir(), 'sluice-hash-')), 'file');
    onTestFinished(() => rmSync(dirname(file), { recursive: true }));
    writeFileSync(file, bytes);
    const hash = threadHash();
    await hash.update(bytes.subarray(0, 11));
    const cuts = [11, MIB, 3 * MIB, 3 * MIB, 4 * MIB, bytes.byteLength];
    for (const [i, to] of cuts.slice(1).entries()) await hash.updateFrom(file, { from: cuts[i] ?? 0, to });
    expect(await hash.digest()).toBe(sha256(bytes));
  });

  it('says of a file that it is not there, or too short', async () => {
    const gone = threadHash();
    await gone.updateFrom('/no/such/file', { from: 0, to: 1 });
    await expect(gone.digest()).rejects.toThrow("/no/such/file can't be read");
    gone.drop();
    const short = threadHash();
    await short.updateFrom(import.meta.filename, { from: 0, to: 64 * MIB });
    await expect(short.digest()).rejects.toThrow('ended at');
    short.drop();
  });
});
