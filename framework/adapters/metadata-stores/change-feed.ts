import type { MetadataStore } from '../../components/metadata-store.ts';

/** How a database tells what others wrote. */
export interface ChangeFeed extends Pick<MetadataStore, 'waitForKey' | 'watch'> {
  /** Ends every wait and every watch. */
  close(): Promise<void>;
}
