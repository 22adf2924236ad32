import type { MetadataStore } from '../components/metadata-store.ts';
import type { KeyPart } from '../model/key-part.ts';
import type { Time } from '../model/run.ts';

/** A key that was made before, with the step run that made its result. */
export interface EarlierKey {
  /** Of the step run; its record may be gone. */
  readonly id: string;
  readonly parts: readonly KeyPart[];
  /** When its step started, or its result was stored. */
  readonly madeAt: Time | null;
}

export interface EarlierKeys {
  /** Newest first. */
  readonly keys: readonly EarlierKey[];
  /** They are of other pipelines: in this one the step has never ended well. */
  readonly isElsewhere: boolean;
}

/**
 * What a miss is compared with: the latest successes of the step in this pipeline; else those of other pipelines; else the results that outlived
 * their runs.
 */
export async function earlierKeys(
  store: Pick<MetadataStore, 'recentStepRuns' | 'listCache'>,
  { step, pipeline, limit }: { readonly step: string; readonly pipeline: string; readonly limit: number },
): Promise<EarlierKeys> {
  const here = await store.recentStepRuns(step, { limit, pipeline });
  const runs = here.length > 0 ? here : await store.recentStepRuns(step, { limit });
  if (runs.length > 0) {
    const keys = runs.map(({ id, parts, startedAt }) => ({ id, parts, madeAt: startedAt }));
    return { keys, isElsewhere: here.length === 0 };
  }
  const { items } = await store.listCache({ step, limit });
  const keys = items.map(({ origin, parts, createdAt }) => ({ id: origin, parts, madeAt: createdAt }));
  return { keys, isElsewhere: false };
}
