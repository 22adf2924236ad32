import type { MetadataStore } from '../components/metadata-store.ts';
import type { KeyPart } from '../model/key-part.ts';
import type { RunRecord, StepRunRecord, Time } from '../model/run.ts';
import { isSuccess, type Status } from '../model/status.ts';

/** A key that was made before, with the step run that made its result, or failed to. */
export interface EarlierKey {
  /** Of the step run; its record may be gone. */
  readonly id: string;
  readonly parts: readonly KeyPart[];
  readonly status: Status;
  /** When its step started, or its result was stored. */
  readonly madeAt: Time | null;
}

export interface EarlierKeys {
  /** Newest first. */
  readonly keys: readonly EarlierKey[];
  /** They are of other pipelines: in this one the step has never ended. */
  readonly isElsewhere: boolean;
}

/**
 * What a miss is compared with: the latest ends of the step in this pipeline; else those in other pipelines; else the results that outlived
 * their runs.
 */
export async function earlierKeys(
  store: Pick<MetadataStore, 'recentStepRuns' | 'listCache'>,
  { step, pipeline, limit, before }: EarlierThan,
): Promise<EarlierKeys> {
  const runsOf = async (where: { readonly pipeline?: string }): Promise<readonly EarlierKey[]> => {
    const endedBy = before?.startedAt ?? undefined;
    const runs = await store.recentStepRuns(step, { limit, status: ENDS, ...where, ...(endedBy && { endedBy }) });
    return runs.map(keyOf).filter(isBefore(before));
  };
  const here = await runsOf({ pipeline });
  if (here.length > 0) return { keys: here, isElsewhere: false };
  const elsewhere = await runsOf({});
  if (elsewhere.length > 0) return { keys: elsewhere, isElsewhere: true };
  const { items } = await store.listCache({ step, limit });
  const keys = items.map(({ origin, parts, createdAt }): EarlierKey => {
    return { id: origin, parts, status: 'succeeded', madeAt: createdAt };
  });
  return { keys: keys.filter(isBefore(before)), isElsewhere: false };
}

/**
 * The same call of earlier runs, which a miss is rather compared with than with its siblings: of the run that is resumed, and of the latest run that
 * `keys` know. A fan-out has more calls than `keys` hold.
 */
export async function ownEarlierKeys(
  store: Pick<MetadataStore, 'stepRun'>,
  keys: readonly EarlierKey[],
  { node, resumedFrom }: { readonly node: string; readonly resumedFrom: string | null },
): Promise<readonly EarlierKey[]> {
  const latest = keys[0]?.id.split('/')[0];
  const ids = [...new Set([resumedFrom, latest])].filter((run) => run != null).map((run) => `${run}/${node}`);
  const known = keys.filter(({ id }) => nodeOf(id) === node);
  const unknown = ids.filter((id) => !known.some((key) => key.id === id));
  const found = await Promise.all(unknown.map((id) => store.stepRun(id)));
  return [...found.flatMap((one) => (one && one.parts.length > 0 ? keyOf(one) : [])), ...known];
}

const ENDS: readonly Status[] = ['succeeded', 'failed'];

/** Of a step that was a hit, the step run whose result it is. */
const keyOf = ({ id, origin, parts, status, startedAt }: StepRunRecord): EarlierKey => ({
  id: isSuccess(status) ? (origin ?? id) : id,
  parts,
  status,
  madeAt: startedAt,
});

const nodeOf = (stepRun: string): string => stepRun.slice(stepRun.indexOf('/') + 1);

export interface EarlierThan {
  readonly step: string;
  readonly pipeline: string;
  readonly limit: number;
  /** Neither what this run has done nor what came later counts. */
  readonly before?: Pick<RunRecord, 'id' | 'startedAt'>;
}

const isBefore =
  (before: EarlierThan['before']) =>
  ({ id, madeAt }: EarlierKey): boolean =>
    !before || (!id.startsWith(`${before.id}/`) && (madeAt ?? 0) <= (before.startedAt ?? Number.POSITIVE_INFINITY));
