import type { MetadataStore } from '../../../framework/components/metadata-store.ts';

/** A migrated, empty store under a clock that the test moves. */
export interface MetadataStoreSubject {
  readonly store: MetadataStore;
  /** Milliseconds since the epoch. */
  readonly clock: { now: number };
  /** Another connection to the same database, like another process would have it. */
  readonly connect: () => Promise<MetadataStore>;
  readonly dispose: () => Promise<void>;
}
