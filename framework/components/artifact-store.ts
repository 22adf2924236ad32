import type { Readable } from 'node:stream';
import type { Blake3 } from '../hashing/blake3.ts';
import type { Digest } from '../hashing/digest.ts';
import type { FileDigest } from '../hashing/file-digest.ts';
import type { ComponentCheck } from './component-check.ts';

/** A file to store. */
export interface StoredFile {
  readonly file: string;
  /** Of a file that nobody changes and that was just hashed, in the cache before a remote store: it need not be hashed again. A store may ignore it. */
  readonly digest?: Digest;
  /** Of a file that by what `stat` tells is still the one that had this digest: a store that has these bytes need not read it. A store may ignore it. */
  readonly seen?: Digest;
}

/** Something in a store that nobody will finish, because its writer died: it takes up room, and nobody sees it. */
export interface Leftover {
  readonly kind: 'temporary file' | 'unfinished upload';
  /** A path, a name in a bucket. */
  readonly name: string;
  /** Bytes; undefined where the store can't tell. */
  readonly size: number | undefined;
  remove(): Promise<void>;
}

/** Maps a SHA-256 to bytes. Content-addressed and immutable: the same digest never means other bytes. */
export interface ArtifactStore {
  readonly flavor: string;
  /** For messages: a folder, a URL without credentials. */
  readonly location: string;
  readonly capabilities: {
    /** `localPath` gives a path that may be read, and hard-linked, but never written. */
    readonly localPaths: boolean;
  };
  has(digest: Digest): Promise<boolean>;
  /** Size in bytes, undefined when absent. */
  size(digest: Digest): Promise<number | undefined>;
  /** The sizes of many, in their order: a remote store needs far fewer requests than for each by itself. */
  sizes(digests: readonly Digest[]): Promise<readonly (number | undefined)[]>;
  /** The bytes, checked against the digest while they pass: the stream fails with ERR_ARTIFACT_DAMAGED at its end, or ERR_ARTIFACT_MISSING at its start. */
  read(digest: Digest): Promise<Readable>;
  /**
   * The bytes into a file that is not there yet, checked: faster than `read` for big objects, in stores that have it. What is there when it throws is for
   * the caller to remove. Returns their number. Nothing is synced.
   *
   * @param blake3 of the same bytes, by the record: a store may check these by it instead, in a fraction of the time. Bytes that it does not fit are right
   * nevertheless when they fit `digest`.
   */
  readonly readInto?: (digest: Digest, file: string, blake3?: Blake3) => Promise<number>;
  /** Small objects whole, checked. */
  readBytes(digest: Digest): Promise<Uint8Array>;
  /**
   * Writes atomically and idempotently; nothing is visible before all of it is. Whoever reads a big file to its end may tell its BLAKE3 too, of the very bytes
   * that the digest is of.
   * Errors: ERR_STORE_WRITE; a remote store's every method: ERR_STORE_UNREACHABLE, ERR_STORE_REFUSED.
   */
  write(source: Uint8Array | StoredFile): Promise<FileDigest>;
  /** A path to the whole, checked object; undefined unless `capabilities.localPaths`. @param blake3 as in `readInto`, for what has to be fetched. */
  localPath(digest: Digest, blake3?: Blake3): Promise<string | undefined>;
  list(): AsyncIterable<{ readonly digest: Digest; readonly size: number; readonly modifiedAt: number }>;
  remove(digest: Digest): Promise<void>;
  /** What writers left that died. @param before milliseconds since the epoch: what was begun or written to since may still be going on. */
  leftovers(before: number): Promise<readonly Leftover[]>;
  /** What only this flavor can try about itself; writing, reading and removing is tried for every store. */
  checks(): readonly ComponentCheck[];
  /** Waits until everything written is safe. Errors: ERR_STORE_WRITE. */
  close(): Promise<void>;
}
