import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import type { CacheEntry, MetadataStore } from '../components/metadata-store.ts';
import type { PlanNode } from '../dag/plan.ts';
import { shortDigest } from '../hashing/digest.ts';
import { type Artifact, artifactsOf, type Output } from '../model/artifact.ts';
import type { StepRunRecord, Time } from '../model/run.ts';
import type { StepKey } from './cache-key.ts';
import type { EarlierKey, EarlierKeys } from './earlier-keys.ts';
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
  readonly store: Pick<MetadataStore, 'lookup' | 'listCache'>;
  /** Where the stack's artifact store is, for people. */
  readonly storeLocation: string;
  readonly io: Pick<ArtifactIo, 'missing'>;
  readonly now: Time;
  /** Earlier keys of this step, those of the same call apart: what a miss is compared with. */
  earlierKeys(node: PlanNode): Promise<EarlierKeys & { readonly own: readonly EarlierKey[] }>;
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
    const { keys, own, isElsewhere } = await context.earlierKeys(node);
    const nearest = nearestKey(parts, keys, own);
    const differences = nearest && keyDifferences(nearest.parts, parts);
    const expired = differences?.length === 0 ? await expiry(key, context) : undefined;
    return miss(expired ?? missReason(differences, nearest, isElsewhere), { differences: differences ?? [] });
  }
  const missing = await context.io.missing(entry.output);
  if (missing.length > 0) {
    const said = missing.map(({ format, name, digest }) => `${name ?? format} ${shortDigest(digest)}`).join(', ');
    return miss(whatIsMissing(entry.output, missing, context.storeLocation), { missing: said });
  }
  return { verdict: 'hit', entry, reason: `Same key as ${entry.origin}.` };
}

/** Why an entry of this very key is not looked up any more, if there is one. */
async function expiry(key: CacheEntry['key'], { store, now }: DecideContext): Promise<string | undefined> {
  const [entry] = (await store.listCache({ key, limit: 1 })).items;
  return entry && isExpired(entry, now) ? hasExpired(entry) : undefined;
}

export const isExpired = ({ expiresAt }: Pick<CacheEntry, 'expiresAt'>, now: Time): boolean =>
  expiresAt !== null && expiresAt <= now;

const hasExpired = ({ createdAt }: CacheEntry): string =>
  `Its result of ${new Date(createdAt).toISOString()} has expired.`;

/** A store that has none of it never had it, or lost it; one that has a part is damaged. */
function whatIsMissing(output: Output, missing: readonly Artifact[], storeLocation: string): string {
  const said = missing.map(({ format, name, digest }) => `${name ?? format} ${shortDigest(digest)}`).join(', ');
  const all = new Set(artifactsOf(output).map(({ digest }) => digest)).size;
  const gone = new Set(missing.map(({ digest }) => digest)).size;
  return gone < all
    ? `Its stored result is incomplete: ${said} is not in the artifact store at ${storeLocation}.`
    : `Its result is on record, but not in the artifact store at ${storeLocation}: ${said}.`;
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
  return entry && isExpired(entry, context.now) ? hasExpired(entry) : entry;
}
