import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import type { ArtifactStore } from '../components/artifact-store.ts';
import type { RunCopy } from '../components/metadata-store.ts';
import type { Stack } from '../components/stack.ts';
import { sluiceError } from '../errors.ts';
import { stackIo } from '../executor/stack-services.ts';
import type { Digest } from '../hashing/digest.ts';
import { mapLimited } from '../hashing/map-limited.ts';
import { type Artifact, artifactsOf, type Output } from '../model/artifact.ts';

export interface PushOptions {
  readonly from: Stack;
  readonly to: Stack;
  /** Ids of ended runs, the oldest first. */
  readonly runs: readonly string[];
  /** Only says what would be done. */
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: PushProgress) => void;
}

/** What has to be moved, and what has been. Sizes in bytes. */
export interface PushProgress {
  readonly objects: number;
  readonly bytes: number;
  readonly doneObjects: number;
  readonly doneBytes: number;
}

export interface PushReport extends PushProgress {
  /** Objects that belong to the runs, moved or there before. */
  readonly wanted: number;
  readonly runs: readonly {
    readonly id: string;
    readonly name: string;
    readonly outcome: 'written' | 'present' | 'planned';
  }[];
  /** Cache entries that go along, and those that stay because the source lacks their bytes. */
  readonly entries: number;
  readonly incomplete: number;
}

/** Objects on their way at a time. */
const PARALLEL = 8;
/** Runs whose objects are looked up at a time. */
const READS = 4;

/**
 * Promotes runs from one stack to another: what they put out, then their records, cache entries and lineage, so that whoever uses the other
 * stack finds their steps cached. Only what is missing there moves, so it may be done as often as one likes; bytes go first and records
 * last, so a push that is interrupted leaves no entry whose bytes are missing.
 *
 * @throws ERR_NOT_FOUND, ERR_ARTIFACT_DAMAGED, and what the stores throw.
 */
export async function pushArtifacts(options: PushOptions): Promise<PushReport> {
  const { from, to, dryRun = false } = options;
  const io = stackIo(from);
  const complete = await mapLimited(options.runs, READS, async (id) => completeCopy(io, await copyOf(from, id)));
  const objects = await objectsOf(io, complete);
  const missing = await missingIn(to.artifactStore, objects);
  const bytes = missing.reduce((sum, { size }) => sum + size, 0);
  let progress: PushProgress = { objects: missing.length, bytes, doneObjects: 0, doneBytes: 0 };
  if (!dryRun) {
    options.onProgress?.(progress);
    await mapLimited(missing, PARALLEL, async ({ digest, size }) => {
      await moveObject(digest, { from: from.artifactStore, to: to.artifactStore });
      const { doneObjects, doneBytes } = progress;
      progress = { ...progress, doneObjects: doneObjects + 1, doneBytes: doneBytes + size };
      options.onProgress?.(progress);
    });
  }
  const runs: PushReport['runs'][number][] = [];
  for (const { copy } of complete) {
    const outcome = dryRun ? 'planned' : await to.metadataStore.writeRunRecord(copy);
    runs.push({ id: copy.run.id, name: copy.run.name, outcome });
  }
  const count = (of: (one: CompleteCopy) => number): number => complete.reduce((sum, one) => sum + of(one), 0);
  return {
    ...progress,
    wanted: objects.length,
    runs,
    entries: count(({ copy }) => copy.entries.length),
    incomplete: count(({ incomplete }) => incomplete),
  };
}

async function copyOf({ metadataStore }: Stack, id: string): Promise<RunCopy> {
  const copy = await metadataStore.readRunRecord(id);
  if (copy) return copy;
  throw sluiceError('ERR_NOT_FOUND', { what: 'run', reference: id, hint: 'sluice runs list shows them.' });
}

interface CompleteCopy {
  /** With the cache entries alone whose bytes are there. */
  readonly copy: RunCopy;
  readonly incomplete: number;
  /** What is there of everything that it names. */
  readonly artifacts: readonly Artifact[];
}

async function completeCopy(io: ArtifactIo, copy: RunCopy): Promise<CompleteCopy> {
  const lacks = new Map<string, boolean>();
  const isWhole = async (output: Output): Promise<boolean> => (await io.missing(output)).length === 0;
  for (const { key, output } of copy.entries) lacks.set(key, !(await isWhole(output)));
  const entries = copy.entries.filter(({ key }) => !lacks.get(key));
  const tracked = copy.tracked
    .flatMap((step) => step.entries)
    .flatMap((one) => (one.kind === 'artifact' ? [one.artifact] : []));
  const named = [...copy.artifacts, ...tracked, ...entries.flatMap(({ output }) => artifactsOf(output))];
  const artifacts: Artifact[] = [];
  for (const artifact of new Map(named.map((one) => [one.digest, one])).values()) {
    // A result whose bytes were collected keeps its place in the record, here as there.
    if (await isWhole({ kind: 'value', value: artifact })) artifacts.push(artifact);
  }
  return { copy: { ...copy, entries }, incomplete: copy.entries.length - entries.length, artifacts };
}

interface ObjectSize {
  readonly digest: Digest;
  readonly size: number;
}

/** Each once, also when several runs have it. */
async function objectsOf(io: ArtifactIo, copies: readonly CompleteCopy[]): Promise<readonly ObjectSize[]> {
  const artifacts = new Map(copies.flatMap((one) => one.artifacts).map((artifact) => [artifact.digest, artifact]));
  const objects = await mapLimited([...artifacts.values()], PARALLEL, (artifact) => io.objects(artifact));
  return [...new Map(objects.flat().map((object) => [object.digest, object])).values()];
}

/** Those that the store lacks, or has with another size: they are written again. */
async function missingIn(store: ArtifactStore, objects: readonly ObjectSize[]): Promise<readonly ObjectSize[]> {
  const sizes = await store.sizes(objects.map(({ digest }) => digest));
  return objects.filter(({ size }, i) => sizes[i] !== size);
}

/** Every byte is checked when it is read, and by the other store when it is written. */
async function moveObject(
  digest: Digest,
  { from, to }: { readonly from: ArtifactStore; readonly to: ArtifactStore },
): Promise<void> {
  const file = await from.localPath(digest);
  const written = await to.write(file === undefined ? await from.readBytes(digest) : { file });
  if (written.digest === digest) return;
  throw sluiceError('ERR_ARTIFACT_DAMAGED', { digest, store: from.location, found: written.digest });
}
