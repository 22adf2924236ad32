import type { MetadataStore } from '../components/metadata-store.ts';
import type { KeyPart } from '../model/key-part.ts';
import type { StepRunRecord, Time } from '../model/run.ts';

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
  { step, pipeline, limit, before }: EarlierThan,
): Promise<EarlierKeys> {
  const runsOf = async (where: { readonly pipeline?: string }): Promise<readonly EarlierKey[]> => {
    const runs = await store.recentStepRuns(step, { limit, ...where });
    return runs.map(({ id, parts, startedAt }) => ({ id, parts, madeAt: startedAt })).filter(isBefore(before));
  };
  const here = await runsOf({ pipeline });
  if (here.length > 0) return { keys: here, isElsewhere: false };
  const elsewhere = await runsOf({});
  if (elsewhere.length > 0) return { keys: elsewhere, isElsewhere: true };
  const { items } = await store.listCache({ step, limit });
  const keys = items.map(({ origin, parts, createdAt }) => ({ id: origin, parts, madeAt: createdAt }));
  return { keys: keys.filter(isBefore(before)), isElsewhere: false };
}

export interface EarlierThan {
  readonly step: string;
  readonly pipeline: string;
  readonly limit: number;
  /** A step run that is over: neither itself nor what came later counts. */
  readonly before?: Pick<StepRunRecord, 'id' | 'startedAt'>;
}

const isBefore =
  (before: EarlierThan['before']) =>
  ({ id, madeAt }: EarlierKey): boolean =>
    !before || (id !== before.id && (madeAt ?? 0) <= (before.startedAt ?? Number.POSITIVE_INFINITY));
