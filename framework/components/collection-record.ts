import type { Digest } from '../hashing/digest.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Time } from '../model/run.ts';

/** What in the record keeps an artifact: a run that made or used it, a result to use again, a user's pin, or that it was let go only lately. */
export type KeptBy = 'run' | 'cache' | 'pin' | 'released';

export interface KeptArtifact {
  readonly artifact: Artifact;
  readonly by: KeptBy;
}

/** A user's word that an artifact stays, whatever becomes of the runs and the cache. */
export interface Pin {
  readonly artifact: Artifact;
  readonly reason: string | null;
  readonly createdAt: Time;
}

/**
 * The part of the record that garbage collection goes by, so that it may run while steps do.
 *
 * A collection condemns what nothing keeps, then looks at the record again, and only then removes. An attempt that ends meanwhile may have
 * met a condemned object in the store and not written it again. It can tell by the collection's number, which is odd while one is under
 * way: when the number is another one than before it saved, its commit is refused until it has spared what it needs, and looked at what is left.
 */
export interface CollectionRecord {
  /** Keeps an artifact; a second pin of the same digest replaces the reason. */
  pin(artifact: Artifact, reason: string | null): Promise<void>;
  /** False when it was not pinned. */
  unpin(digest: Digest): Promise<boolean>;
  /** The newest first. */
  pins(): Promise<readonly Pin[]>;

  /**
   * Everything that the record keeps, most artifacts several times. What runs, entries and pins kept that are gone counts when it was let go
   * after `releasedSince`; what only entries keep that expired before it doesn't.
   */
  keptArtifacts(options: { readonly releasedSince: Time }): Promise<readonly KeptArtifact[]>;

  /** Which of these cache keys have step runs that did not end well (or not yet), and so may still use what earlier attempts left. */
  continuable(keys: readonly string[]): Promise<readonly string[]>;

  /** Grows by the beginning and by the end of each collection. */
  collectionNumber(): Promise<number>;
  /**
   * Begins a collection, in place of one that died: from its return on every commit that doesn't know its number is refused.
   * One at a time: the caller holds the claim for it. @returns the collection's number.
   */
  beginCollection(condemned: readonly Digest[]): Promise<number>;
  /** Those of them that this collection may remove now: they can't be spared any more. None when it is not the newest collection. */
  startRemoving(collection: number, digests: readonly Digest[]): Promise<readonly Digest[]>;
  /** Says that they are removed; who waits for that may go on. */
  endRemoving(collection: number, digests: readonly Digest[]): Promise<void>;
  /** Takes what is needed out of the collection under way. @returns those that it is removing at this moment. */
  spare(digests: readonly Digest[]): Promise<readonly Digest[]>;
  endCollection(collection: number): Promise<void>;

  /**
   * Forgets rows that are of no use any more: results that expired and artifacts that were let go before a time.
   * @returns how many; nothing is changed by a `dryRun`.
   */
  forgetSpent(options: {
    readonly before: Time;
    readonly dryRun: boolean;
  }): Promise<{ readonly expired: number; readonly released: number }>;
}
