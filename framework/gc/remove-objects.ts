import type { KeptBy } from '../components/collection-record.ts';
import type { Stack } from '../components/stack.ts';
import type { Digest } from '../hashing/digest.ts';
import { mapLimited } from '../hashing/map-limited.ts';
import type { StoredItem } from './garbage-report.ts';
import type { CollectionHold } from './hold-collection.ts';

/** Removed at a time: a step that needs one of them waits for all. */
const BATCH = 100;
const PARALLEL = 16;

/**
 * Condemns, looks again, removes: what was committed before all steps knew of it is found by the second look, what is committed after it takes
 * itself out.
 * @returns what was removed.
 */
export async function removeObjects(
  doomed: readonly StoredItem[],
  {
    stack: { metadataStore: record, artifactStore },
    hold,
    markAgain,
  }: {
    readonly stack: Pick<Stack, 'metadataStore' | 'artifactStore'>;
    readonly hold: CollectionHold;
    readonly markAgain: () => Promise<ReadonlyMap<Digest, KeptBy>>;
  },
): Promise<readonly StoredItem[]> {
  if (doomed.length === 0) return [];
  const removed: StoredItem[] = [];
  const collection = await record.beginCollection(doomed.map(({ digest }) => digest));
  try {
    const marked = await markAgain();
    const left = doomed.filter(({ digest }) => !marked.has(digest));
    for (let at = 0; at < left.length; at += BATCH) {
      const batch = left.slice(at, at + BATCH);
      const free = await record.startRemoving(
        collection,
        batch.map(({ digest }) => digest),
      );
      const isFree = new Set(free);
      await mapLimited(
        batch.filter(({ digest }) => isFree.has(digest)),
        PARALLEL,
        async (item) => {
          hold.assertHeld();
          await artifactStore.remove(item.digest);
          removed.push(item);
        },
      );
      await record.endRemoving(collection, free);
    }
  } finally {
    await record.endCollection(collection);
  }
  return removed;
}
