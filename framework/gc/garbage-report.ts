import type { KeptBy } from '../components/collection-record.ts';
import type { ExecutorInfo } from '../components/metadata-store.ts';
import type { Digest } from '../hashing/digest.ts';
import type { Time } from '../model/run.ts';

/** An object of the artifact store. */
export interface StoredItem {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly modifiedAt: Time;
}

/** A number of objects and the bytes they take up. */
export interface Amount {
  readonly objects: number;
  readonly bytes: number;
}

/** Something beside the objects that nobody will use again. */
export interface Debris {
  readonly kind: 'temporary file' | 'unfinished upload' | 'work folder' | 'checkpoint' | 'laid-out copy';
  readonly name: string;
  /** Bytes that its removal frees; undefined where nobody can tell. */
  readonly size: number | undefined;
}

/** What a garbage collection removed, or would remove, and what kept the rest. */
export interface GarbageReport {
  readonly dryRun: boolean;
  /** In the order of their digests. */
  readonly objects: readonly StoredItem[];
  readonly debris: readonly Debris[];
  /** Bytes of all of these. */
  readonly freed: number;
  /** Rows of the record: results that have expired, notes of what was let go. */
  readonly forgotten: { readonly expired: number; readonly released: number };
  readonly kept: Amount & {
    /** An object that several keep counts for the first of them in this order. `young`: nothing keeps it, but it is newer than `before`. */
    readonly by: Readonly<Record<KeptBy | 'young', Amount>>;
  };
  /** What was made or let go since then stays: the end of the grace period, or the start of the oldest run that is going on. */
  readonly before: Time;
  /** Who moved `before` back, the oldest first. */
  readonly running: readonly ExecutorInfo[];
}
