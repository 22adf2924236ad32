import type { FileDigest } from '../hashing/file-digest.ts';
import type { Artifact } from '../model/artifact.ts';

/**
 * Turns one kind of value into bytes and back. Pure: it never sees the store; what it needs of it comes through the context.
 * Equal values must give equal bytes, or steps after this one run again for nothing.
 *
 * @example
 * const money: Materializer<Money> = {
 *   format: 'money',
 *   version: 1,
 *   accepts: (value) => value instanceof Money,
 *   encode: (value) => ({ content: new TextEncoder().encode(`${value.amount} ${value.currency}`) }),
 *   decode: async (stored) => Money.parse(new TextDecoder().decode(await stored.bytes())),
 * };
 */
export interface Materializer<T = unknown> {
  /** Stored with every artifact and looked up on reading: never give an old name a new meaning. Lower case letters, digits, `-`. */
  readonly format: string;
  /** Part of the cache key. Raise it when the bytes or what they mean change; `decode` sees the version of the artifact it gets. */
  readonly version: number;
  accepts(value: unknown): boolean;
  encode(value: T, context: EncodeContext): Encoded | Promise<Encoded>;
  decode(stored: StoredValue): T | Promise<T>;
  /** A few lines for people. */
  preview?(stored: StoredValue): Promise<string | undefined>;
  /** Objects of the store that belong to the value beside its own content and its `refs`, read from that content: the files of a folder. */
  members?(stored: StoredValue): Promise<readonly FolderFile[]>;
}

export interface EncodeContext {
  /** Names the value in errors: `prepare_dataset.train`. */
  readonly where: string;
  /** Stores another value (a file, a typed array) by its own materializer, for the encoded form to point to. */
  store(value: unknown, where: string): Promise<Artifact>;
}

export interface Encoded {
  /** The bytes, or a file that holds them. Their SHA-256 is the artifact's digest. */
  readonly content: Uint8Array | { readonly file: string };
  /** The value's own name, one path segment. */
  readonly name?: string;
  /** What `context.store` returned for everything that the content points to. */
  readonly refs?: readonly Artifact[];
  /** Size of the `members`, in bytes. */
  readonly membersSize?: number;
}

/** A stored value as `decode` sees it. Every byte is checked before it is handed out. */
export interface StoredValue {
  readonly artifact: Artifact;
  bytes(): Promise<Uint8Array>;
  /** A local, read-only file with the artifact's name. */
  file(): Promise<string>;
  /** A local, read-only folder with the artifact's name, of exactly these files. */
  folder(files: readonly FolderFile[]): Promise<string>;
  /** The value of an artifact that this one points to. */
  load(artifact: Artifact): Promise<unknown>;
}

/** One file of a folder. */
export interface FolderFile extends FileDigest {
  /** Relative, with `/` on every system. */
  readonly path: string;
}
