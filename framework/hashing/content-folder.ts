import type { Digest } from './digest.ts';
import type { FileDigest } from './file-digest.ts';

export interface StoredObject {
  readonly digest: Digest;
  readonly size: number;
  readonly modifiedAt: number;
}

/** A temporary file, or folder, of nobody. */
export interface LeftBehind {
  readonly path: string;
  /** Bytes of a file. */
  readonly size: number;
}

/** A folder of immutable, read-only files named by their SHA-256. Any number of processes may use it at once. */
export interface ContentFolder {
  readonly root: string;
  /** Where the object lies, or would lie. */
  path(digest: Digest): string;
  /** Bytes, undefined when absent. One `stat`. */
  size(digest: Digest): number | undefined;
  /** The path of the whole object, every byte checked once per process; undefined when absent. @throws ERR_ARTIFACT_DAMAGED */
  wholePath(digest: Digest): Promise<string | undefined>;
  /** @throws ERR_STORE_WRITE, ERR_FILE_NOT_FOUND for a source file that is gone. */
  add(
    source: Uint8Array | { readonly file: string; readonly seen?: Digest } | AsyncIterable<Uint8Array>,
  ): Promise<FileDigest>;
  /** Says that a reader met other bytes than those of `digest`: whoever adds the right ones replaces them. */
  distrust(digest: Digest): void;
  /** Bytes from a `checkedStream`, which fails at its end when they are not those of `digest`: they are not hashed again. */
  addChecked(source: AsyncIterable<Uint8Array>, digest: Digest): Promise<FileDigest>;
  /** The same where `fill` writes the file itself, which is not there yet, and returns its size when the bytes are those of `digest`. */
  addFilled(digest: Digest, fill: (file: string) => Promise<number>): Promise<FileDigest>;
  list(): AsyncIterable<StoredObject>;
  remove(digest: Digest): Promise<void>;
  /** What writers that died left in `ROOT/tmp`, or nobody has written to since `before`. */
  leftBehind(before: number): readonly LeftBehind[];
  /** Resolves when everything added is on the disk. @throws ERR_STORE_WRITE when the disk refused something that was added before. */
  flushed(): Promise<void>;
}
