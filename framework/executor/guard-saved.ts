import { setTimeout as pause } from 'node:timers/promises';
import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import type { MetadataStore } from '../components/metadata-store.ts';
import type { Digest } from '../hashing/digest.ts';
import { artifactsOf, type Output } from '../model/artifact.ts';
import { isDamage } from './heal-parents.ts';

/** Keeps garbage collection, which goes by the record, away from what steps have saved and not committed yet. */
export interface SavedGuard {
  /** What to commit with what is saved from now on: refused when a collection begins or ends before. */
  since(): Promise<number>;
  /**
   * After a refusal: takes an output out of the collection under way. Returns what to commit it with now; undefined when a part of it is gone,
   * because it was garbage when it was saved once more.
   */
  secure(output: Output): Promise<number | undefined>;
}

/** No collection has this number. */
const NONE = -1;
const LOOK_MS = 20;
/** A batch of removals takes less; a collector that died in one leaves its marks for the next. */
const PATIENCE_MS = 120_000;

/** The record is asked once a run, and again after a refusal. */
export function guardSaved(
  store: Pick<MetadataStore, 'collectionNumber' | 'spare'>,
  io: Pick<ArtifactIo, 'objects' | 'missing'>,
): SavedGuard {
  let known: number | undefined;

  async function secure(output: Output): Promise<number | undefined> {
    const digests = await digestsOf(output, io);
    for (const end = performance.now() + PATIENCE_MS; ; await pause(LOOK_MS)) {
      const now = await store.collectionNumber();
      const removing = isUnderWay(now) ? await store.spare(digests) : [];
      if (removing.length > 0 && performance.now() < end) continue;
      known = now;
      return (await io.missing(output)).length === 0 ? now : undefined;
    }
  }

  return {
    async since() {
      known ??= await store.collectionNumber();
      return isUnderWay(known) ? NONE : known;
    },
    async secure(output) {
      try {
        return await secure(output);
      } catch (error) {
        if (isDamage(error)) return undefined;
        throw error;
      }
    },
  };
}

const isUnderWay = (collection: number): boolean => collection % 2 === 1;

async function digestsOf(output: Output, io: Pick<ArtifactIo, 'objects'>): Promise<readonly Digest[]> {
  const objects = await Promise.all(artifactsOf(output).map(io.objects));
  return [...new Set(objects.flat().map(({ digest }) => digest))];
}
