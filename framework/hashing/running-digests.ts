import { createHash } from 'node:crypto';
import { type Blake3, startBlake3 } from './blake3.ts';
import type { Digest } from './digest.ts';

/**
 * What one pass over bytes counts: `both` where a big file is stored; `either`, the BLAKE3 if it can be had, where bytes are checked whose both digests are known.
 * There is no BLAKE3 where its library is not.
 */
export type DigestKinds = 'sha256' | 'both' | 'either';

export interface Digests {
  readonly digest?: Digest;
  readonly blake3?: Blake3;
}

export interface RunningDigests {
  update(bytes: Uint8Array): void;
  digests(): Digests;
}

export function runningDigests(kinds: DigestKinds): RunningDigests {
  const blake3 = kinds === 'sha256' ? undefined : startBlake3();
  const sha256 = kinds === 'either' && blake3 ? undefined : createHash('sha256');
  return {
    update(bytes) {
      sha256?.update(bytes);
      blake3?.update(bytes);
    },
    digests: () => ({
      ...(sha256 && { digest: sha256.digest('hex') as Digest }),
      ...(blake3 && { blake3: blake3.digest() }),
    }),
  };
}
