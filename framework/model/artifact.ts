import type { Blake3 } from '../hashing/blake3.ts';
import type { Digest } from '../hashing/digest.ts';

/** What the record says of one stored value: enough to find, check, describe and decode it. */
export interface Artifact {
  /** `file`: SHA-256 of the file's bytes. `directory`: of its manifest. Else: of the encoded value. */
  readonly digest: Digest;
  /** Id of the materializer that wrote it: `json text bytes tensor file directory` or a user's own. */
  readonly format: string;
  /** Version of that materializer. */
  readonly version: number;
  /** Bytes, of everything that belongs to it (a directory counts its files). */
  readonly size: number;
  /** The file's or folder's own name, where it has one; part of the identity because a step can see it. */
  readonly name?: string;
  /** Artifacts that the encoded value points to: a FileRef or a big typed array deep inside JSON. Their size is in `size`. */
  readonly refs?: readonly Artifact[];
  /**
   * Second digests of the big files that belong to it (itself, the files of a folder, what `refs` point to), by their first: vouched for by the record like
   * these, and no part of the identity. A file without one is checked by its SHA-256.
   */
  readonly blake3?: Readonly<Record<Digest, Blake3>>;
}

/**
 * A step's output as the record keeps it: each top-level field of a plain object is an artifact of its own,
 * so that a consumer of `dataset.val` doesn't depend on `dataset.train`; any other value is one artifact.
 */
export type Output =
  | { readonly kind: 'value'; readonly value: Artifact }
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, Artifact>> };

export const artifactsOf = (output: Output): readonly Artifact[] =>
  output.kind === 'value' ? [output.value] : Object.values(output.fields);
