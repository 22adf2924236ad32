import type { CacheFilter, MetadataStore } from '../../components/metadata-store.ts';
import { parseTime } from '../format/parse-time.ts';
import { findRun } from './find-run.ts';

/** The filters of `cache list` and `cache invalidate` as flags. */
export interface CacheFlags {
  readonly step?: string;
  readonly run?: string;
  readonly key?: string;
  readonly olderThan?: string;
}

/** @throws ERR_NOT_FOUND for an unknown run, ERR_USAGE for a bad time. */
export async function cacheFilter(store: MetadataStore, flags: CacheFlags): Promise<CacheFilter> {
  const { step, run, key, olderThan } = flags;
  return {
    ...(step !== undefined && { step }),
    ...(run !== undefined && { run: (await findRun(store, run)).id }),
    ...(key !== undefined && { key }),
    ...(olderThan !== undefined && { olderThan: parseTime(olderThan, '--older-than', Date.now()) }),
  };
}
