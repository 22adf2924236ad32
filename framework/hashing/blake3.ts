import { createRequire } from 'node:module';
import type * as Library from '@napi-rs/blake-hash';

declare const BLAKE3: unique symbol;

/** A BLAKE3 of 256 bits, as 64 lower-case hexadecimal digits. It names nothing: an object is named by its SHA-256. */
export type Blake3 = string & { readonly [BLAKE3]: true };

export interface RunningBlake3 {
  /** Memory that several threads see is taken too. */
  update(bytes: Uint8Array): void;
  digest(): Blake3;
}

/** Bytes of a file from which on its BLAKE3 is counted and kept: smaller ones are hashed with SHA-256 in a tenth of a second. */
export const WORTH_BLAKE3 = 32 << 20;

let library: typeof Library | null | undefined;

/**
 * As hard to forge as SHA-256, and a tree inside, so one core counts several pieces of it at once: 4 GiB a second where SHA-256 has a quarter of one.
 *
 * @returns undefined on a platform for which its library has no binary: whoever has two digests takes the other one.
 * @see https://github.com/BLAKE3-team/BLAKE3-specs
 */
export function startBlake3(): RunningBlake3 | undefined {
  library ??= load();
  if (!library) return undefined;
  const hasher = new library.Blake3Hasher();
  return {
    update: (bytes) => void hasher.update(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
    digest: () => hasher.digest('hex') as Blake3,
  };
}

function load(): typeof Library | null {
  try {
    return createRequire(import.meta.url)('@napi-rs/blake-hash') as typeof Library;
  } catch {
    // An optional dependency: not installed, or no binary for this system. Everything works without it, by SHA-256.
    return null;
  }
}
