import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import type { CacheEntry, MetadataStore } from '../components/metadata-store.ts';
import type { PlanNode } from '../dag/plan.ts';
import { shortDigest } from '../hashing/digest.ts';
import type { StepRunRecord, Time } from '../model/run.ts';
import type { StepKey } from './cache-key.ts';
import { type Difference, keyDifferences, missReason, nearestKey } from './explain.ts';

/** What a run says about the cache as a whole. */
export interface CacheUse {
  /** False (`--no-cache`): nothing is looked up and nothing stored for later. */
  readonly cache: boolean;
  /** Steps (names or node ids) that run whatever is stored; true: all of them. What they make replaces what was stored. */
  readonly refresh: true | readonly string[];
}

export type Decision =
  | {
      readonly verdict: 'hit';
      readonly entry: Pick<CacheEntry, 'origin' | 'output' | 'createdAt'>;
      readonly reason: string;
    }
  | {
      readonly verdict: 'miss';
      readonly reason: string;
      readonly differences: readonly Difference[];
      /** Artifacts that the record promised and the store lacks, in words. */
      readonly missing?: string;
    };

export interface DecideContext extends CacheUse {
  readonly store: Pick<MetadataStore, 'lookup'>;
  readonly io: Pick<ArtifactIo, 'missing'>;
  readonly now: Time;
  /** Earlier step runs of this step, newest first: what a miss is compared with. */
  earlierRuns(step: string): Promise<readonly StepRunRecord[]>;
  /** Step run of the same node in the run that this one resumes. */
  resumed(node: string): StepRunRecord | undefined;
}

/**
 * Whether a step must run. `plan` and `run` both ask here, so they never disagree.
 * A hit is verified: its artifacts are in the store, whole by size (their bytes are checked when they are read).
 */
export async function decide(node: PlanNode, { key, parts }: StepKey, context: DecideContext): Promise<Decision> {
  const miss = (reason: string, more: { differences?: readonly Difference[]; missing?: string } = {}): Decision => ({
    verdict: 'miss',
    differences: [],
    ...more,
    reason,
  });
  if (!key) return miss('It can not be cached.');
  if (isRefreshed(node, context)) return miss('A refresh was asked for.');
  const entry = await storedResult(node, key, context);
  if (typeof entry === 'string') return miss(entry);
  if (!entry) {
    const nearest = nearestKey(parts, await context.earlierRuns(node.step.name));
    const differences = nearest && keyDifferences(nearest.parts, parts);
    return miss(missReason(differences), { differences: differences ?? [] });
  }
  const missing = await context.io.missing(entry.output);
  if (missing.length > 0) {
    const said = missing.map(({ format, name, digest }) => `${name ?? format} ${shortDigest(digest)}`).join(', ');
    return miss(`Its stored result is incomplete: ${said}.`, { missing: said });
  }
  return { verdict: 'hit', entry, reason: `Same key as ${entry.origin}.` };
}

export const isRefreshed = ({ id, step }: PlanNode, { refresh }: CacheUse): boolean =>
  refresh === true || refresh.includes(id) || refresh.includes(step.name);

/** Whether results of this step are looked up and kept at all. */
export const isCached = ({ step }: PlanNode, { cache }: CacheUse): boolean => cache && step.options.cache !== false;

type Stored = Pick<CacheEntry, 'origin' | 'output' | 'createdAt'>;

/** The result to use again, undefined when there is none, or the reason why the one there is doesn't count. */
async function storedResult(
  node: PlanNode,
  key: CacheEntry['key'],
  context: DecideContext,
): Promise<Stored | string | undefined> {
  const resumed = context.resumed(node.id);
  if (resumed?.output && resumed.key === key) {
    return { origin: resumed.origin ?? resumed.id, output: resumed.output, createdAt: resumed.endedAt ?? context.now };
  }
  if (!context.cache) return 'The run does not use the cache.';
  if (node.step.options.cache === false) return 'The step is never cached (cache: false).';
  const entry = await context.store.lookup(key);
  if (entry?.expiresAt != null && entry.expiresAt <= context.now) {
    return `Its result of ${new Date(entry.createdAt).toISOString()} has expired.`;
  }
  return entry;
}
