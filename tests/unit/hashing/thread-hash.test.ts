import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
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
});
