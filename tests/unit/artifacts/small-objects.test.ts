import { describe, expect, it } from 'vitest';
import { smallObjects } from '../../../framework/artifacts/small-objects.ts';
import { type Digest, sha256 } from '../../../framework/hashing/digest.ts';

/** A store that counts what it is asked for. */
function countingStore() {
  const objects = new Map<Digest, Uint8Array>();
  const reads: Digest[] = [];
  return {
    reads,
    async write(source: Uint8Array | { readonly file: string }) {
      if (!(source instanceof Uint8Array)) throw new Error('no files here');
      const digest = sha256(source);
      objects.set(digest, Uint8Array.from(source));
      return { digest, size: source.byteLength };
    },
    async readBytes(digest: Digest) {
      reads.push(digest);
      return objects.get(digest)!;
    },
  };
}

describe('smallObjects', () => {
  it('hands out what was just written or read without asking the store', async () => {
    const store = countingStore();
    const small = smallObjects(store);
    const { digest } = await small.write(Buffer.from('a result'));
    expect(Buffer.from(await small.readBytes(digest)).toString()).toBe('a result');
    expect(store.reads).toEqual([]);

    const { digest: other } = await store.write(Buffer.from('of an earlier run'));
    await small.readBytes(other);
    await small.readBytes(other);
    expect(store.reads).toEqual([other]);
  });

  it('gives copies: whoever writes into one changes no other', async () => {
    const small = smallObjects(countingStore());
    const given = Buffer.from('a result');
    const { digest } = await small.write(given);
    given.fill(0);
    (await small.readBytes(digest)).fill(0);
    expect(Buffer.from(await small.readBytes(digest)).toString()).toBe('a result');
  });

  it('leaves large ones to the store, and forgets the oldest when they are many', async () => {
    const store = countingStore();
    const small = smallObjects(store);
    const { digest: large } = await small.write(new Uint8Array(1 << 20));
    await small.readBytes(large);
    expect(store.reads).toEqual([large]);

    const { digest: first } = await small.write(new Uint8Array(16 << 10).fill(1));
    for (let i = 0; i < 1100; i++) await small.write(Buffer.alloc(16 << 10, `${i}`));
    await small.readBytes(first);
    expect(store.reads).toEqual([large, first]);
  });
});
