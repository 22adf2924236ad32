import type { FileDigest } from '../hashing/file-digest.ts';
import type { Artifact, Output } from '../model/artifact.ts';

/** The only place where materializers and stores meet: values in, artifacts out, and back. */
export interface ArtifactIo {
  /** `json@1 text@1 …`: every materializer and its version, sorted; the part of the cache key that says how outputs are written. */
  readonly materializers: string;
  /**
   * Writes a step's return value: each top-level field of a plain object becomes an artifact of its own (format by the first materializer that
   * accepts it), anything else one artifact. Idempotent; an interrupted save leaves nothing visible that is not whole.
   * @throws ERR_UNENCODABLE naming the field, ERR_STORE_WRITE.
   */
  save(value: unknown, where: string): Promise<Output>;
  /** The value, or with `path` the part of it. Checks every byte it reads. FileRef and DirectoryRef come back with a local read-only path. */
  load(output: Output, path?: readonly string[]): Promise<unknown>;
  loadArtifact(artifact: Artifact): Promise<unknown>;
  /** Everything in the store that the artifact needs: its own bytes, a folder's files, what it points to. For garbage collection and transfer. */
  objects(artifact: Artifact): Promise<readonly FileDigest[]>;
  /** Those artifacts that the store does not hold whole any more (existence and size; bytes are checked on read). Cheap: no bytes are moved. */
  missing(output: Output): Promise<readonly Artifact[]>;
  /** Every byte read and checked: the damaged or missing ones. */
  verify(output: Output): Promise<readonly Artifact[]>;
  /** Copies an artifact to a path a user named: the file, the folder's files, or the encoded value. */
  export(artifact: Artifact, destination: string): Promise<void>;
  /** Short text for people, undefined where the format has none. */
  preview(artifact: Artifact): Promise<string | undefined>;
}
