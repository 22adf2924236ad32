import type { ArtifactStore } from '../components/artifact-store.ts';
import type { KeptBy } from '../components/collection-record.ts';
import type { ExecutorInfo } from '../components/metadata-store.ts';
import type { Stack } from '../components/stack.ts';
import { markLostRuns } from '../executor/mark-lost-runs.ts';
import { stackIo } from '../executor/stack-services.ts';
import type { Digest } from '../hashing/digest.ts';
import type { Materializer } from '../materializers/materializer.ts';
import type { GarbageReport, StoredItem } from './garbage-report.ts';
import { type CollectionHold, holdCollection } from './hold-collection.ts';
import { debrisOf, type LocalDebris, localDebris } from './local-debris.ts';
import { createMarker, KEEPERS, type Marker } from './mark-objects.ts';
import { removeObjects } from './remove-objects.ts';

export interface CollectOptions {
  readonly stack: Stack;
  /** What was made or let go within so many milliseconds stays. Default: seven days. */
  readonly olderThanMs?: number;
  /** Only says what would be done: nothing is written. */
  readonly dryRun?: boolean;
  /** Pipelines' own, for formats whose parts they alone can find. */
  readonly materializers?: readonly Materializer[];
}

export const DEFAULT_GRACE_MS = 7 * 24 * 3600_000;
/** By so much the clocks of machines may differ, and of a server whose times objects have. Milliseconds. */
const SKEW_MS = { oneMachine: 2000, manyMachines: 60_000 } as const;

/**
 * Removes from the artifact store what no run, cache entry or pin keeps, and what killed processes left, while runs go on.
 *
 * Nothing goes that was made or let go since the oldest run began that is going on. What is older than that, kept by nobody, and just being
 * saved once more by a step is told apart in the record (`CollectionRecord`): first everything is condemned, then the record is read again, and a
 * step that commits meanwhile takes out what it needs.
 *
 * @throws ERR_GC_FORMAT, and what the stores throw.
 */
export async function collectGarbage(options: CollectOptions): Promise<GarbageReport> {
  const { stack, dryRun = false } = options;
  await markLostRuns(stack);
  if (dryRun) return collect(options, undefined);
  return holdCollection(stack.metadataStore, (hold) => collect(options, hold));
}

async function collect(options: CollectOptions, hold: CollectionHold | undefined): Promise<GarbageReport> {
  const { stack, materializers = [] } = options;
  const { before, running } = await horizonOf(options, hold?.executor);
  const all = await listAll(stack.artifactStore);
  const sizes = new Map(all.map(({ digest, size }) => [digest, size]));
  const sizeOf = async (digest: Digest) => sizes.get(digest) ?? stack.artifactStore.size(digest);
  const mark = createMarker({ io: stackIo(stack, materializers), sizeOf, materializers });
  const marked = await markAll(stack, mark, before);
  const doomed = all.filter(({ digest, modifiedAt }) => !marked.has(digest) && modifiedAt < before);
  const condemned = new Set(doomed.map(({ digest }) => digest));
  // What is in none of the lists may have come after them.
  const isLive = async (digest: Digest): Promise<boolean> =>
    marked.has(digest) || (sizes.has(digest) ? !condemned.has(digest) : await stack.artifactStore.has(digest));
  // Sizes of what is laid out are told by its links, so it is looked at before the objects go.
  const left = await allDebris(stack, { before, isLive });
  const markAgain = () => markAll(stack, mark, before);
  const objects = hold ? await removeObjects(doomed, { stack, hold, markAgain }) : doomed;
  const gone = new Set(objects.map(({ digest }) => digest));
  const debris = left.filter(({ of }) => of === undefined || !condemned.has(of) || gone.has(of));
  for (const one of hold ? debris : []) await one.remove();
  return {
    dryRun: !hold,
    objects: [...objects].sort((a, b) => (a.digest < b.digest ? -1 : 1)),
    debris: debris.map(({ kind, name, size }) => ({ kind, name, size })),
    freed: [...objects, ...debris].reduce((sum, { size = 0 }) => sum + size, 0),
    forgotten: await stack.metadataStore.forgetSpent({ before, dryRun: !hold }),
    kept: keptOf(
      all.filter(({ digest }) => !gone.has(digest)),
      marked,
    ),
    before,
    running,
  };
}

/** Until when things must have been made to go: the grace period, moved back to the start of the oldest executor that lives. */
async function horizonOf({ stack, olderThanMs = DEFAULT_GRACE_MS }: CollectOptions, self: string | undefined) {
  const { metadataStore: store } = stack;
  const executors = (await store.executors()).filter(({ id }) => id !== self);
  const skew = SKEW_MS[store.capabilities.manyMachines ? 'manyMachines' : 'oneMachine'];
  const grace = Math.floor(Date.now() - olderThanMs);
  const since = ({ startedAt }: ExecutorInfo): number => startedAt - skew;
  const running = executors.filter((one) => since(one) < grace).sort((a, b) => a.startedAt - b.startedAt);
  return { before: running[0] ? since(running[0]) : grace, running };
}

const markAll = async ({ metadataStore }: Stack, mark: Marker, before: number): Promise<ReadonlyMap<Digest, KeptBy>> =>
  mark(await metadataStore.keptArtifacts({ releasedSince: before }));

async function listAll(store: ArtifactStore): Promise<readonly StoredItem[]> {
  const all: StoredItem[] = [];
  for await (const item of store.list()) all.push(item);
  return all;
}

async function allDebris(
  stack: Stack,
  options: { readonly before: number; readonly isLive: (digest: Digest) => Promise<boolean> },
): Promise<readonly LocalDebris[]> {
  const left = (await stack.artifactStore.leftovers(options.before)).map(debrisOf);
  const here = await localDebris({ stack, ...options });
  // The cache before a remote store is this machine's too: what both tell of is one thing.
  return [...left, ...here.filter(({ name }) => !left.some((one) => one.name === name))];
}

function keptOf(items: readonly StoredItem[], marked: ReadonlyMap<Digest, KeptBy>): GarbageReport['kept'] {
  const nothing = { objects: 0, bytes: 0 };
  const amounts = new Map<KeptBy | 'young', typeof nothing>(
    [...KEEPERS, 'young' as const].map((by) => [by, { ...nothing }]),
  );
  const total = { ...nothing };
  for (const { digest, size } of items) {
    for (const amount of [total, amounts.get(marked.get(digest) ?? 'young') ?? nothing]) {
      amount.objects += 1;
      amount.bytes += size;
    }
  }
  return { ...total, by: Object.fromEntries(amounts) as GarbageReport['kept']['by'] };
}
