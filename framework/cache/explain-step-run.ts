import type { MetadataStore } from '../components/metadata-store.ts';
import { sluiceError } from '../errors.ts';
import type { StepRunRecord } from '../model/run.ts';
import { isSuccess } from '../model/status.ts';
import { codeDifferences, type ExplainedDifference } from './code-differences.ts';
import { earlierKeys, ownEarlierKeys } from './earlier-keys.ts';
import { keyDifferences, missReason, nearestKey } from './explain.ts';

/** Why a step run was a hit or a miss. */
export interface Explanation {
  /** `none`: it never came so far that the cache was asked. */
  readonly verdict: 'hit' | 'miss' | 'none';
  /** One sentence. */
  readonly reason: string;
  /** Step run whose result it is; null when it has none. Its record may be deleted: the result stays. */
  readonly origin: string | null;
  /** Step run that `differences` compares with; null for a hit, and when there is nothing to compare with. */
  readonly nearest: string | null;
  /** Against the nearest earlier key, in the order of the key's parts. */
  readonly differences: readonly ExplainedDifference[];
}

export interface ExplainOptions {
  readonly store: Pick<
    MetadataStore,
    'findRun' | 'stepRuns' | 'stepRun' | 'recentStepRuns' | 'listCache' | 'codeTexts'
  >;
  /** Id of the run, or what else `MetadataStore.findRun` takes. */
  readonly run: string;
  /** Id of the node. */
  readonly node: string;
}

/** Enough to find the nearest key among the tries of one afternoon. */
const EARLIER_RUNS = 50;

/**
 * Says of a recorded step run why it was a hit or a miss: `sluice why RUN STEP` and the viewer's step page.
 * @throws ERR_NOT_FOUND when there is no such run or step.
 */
export async function explainStepRun({ store, run: reference, node }: ExplainOptions): Promise<Explanation> {
  const run = await store.findRun(reference);
  const stepRun = run && (await store.stepRuns(run.id)).find((one) => one.node === node);
  if (!run || !stepRun)
    throw sluiceError('ERR_NOT_FOUND', {
      what: run ? `step in run ${run.name}:` : 'run',
      reference: run ? node : reference,
      hint: 'sluice runs show RUN lists its steps.',
    });
  const { origin, reason, parts } = stepRun;
  if (stepRun.status === 'cached') {
    const said = reason ?? `Same key as ${origin}.`;
    return { verdict: 'hit', reason: said, origin, nearest: null, differences: [] };
  }
  if (parts.length === 0) return { verdict: 'none', reason: whyNone(stepRun), origin, nearest: null, differences: [] };
  const { keys, isElsewhere } = await earlierKeys(store, {
    step: stepRun.step,
    pipeline: run.pipeline,
    limit: EARLIER_RUNS,
    before: run,
  });
  const own = await ownEarlierKeys(store, keys, { node, resumedFrom: run.resumedFrom });
  const nearest = nearestKey(parts, keys, own);
  const differences = nearest ? keyDifferences(nearest.parts, parts) : [];
  return {
    verdict: 'miss',
    reason: reason ?? missReason(nearest && differences, nearest, isElsewhere),
    origin,
    nearest: nearest?.id ?? null,
    differences: await codeDifferences(store, differences, { before: nearest?.parts ?? [], after: parts }),
  };
}

function whyNone({ status, reason, error }: StepRunRecord): string {
  if (reason !== null) return reason;
  if (error) return `It ended before its key was made: ${error.message}`;
  return isSuccess(status) ? 'No key was recorded.' : `It is ${status}: no key has been made.`;
}
