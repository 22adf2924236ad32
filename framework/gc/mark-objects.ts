import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import type { KeptArtifact, KeptBy } from '../components/collection-record.ts';
import { sluiceError } from '../errors.ts';
import { isDamage } from '../executor/heal-parents.ts';
import type { Digest } from '../hashing/digest.ts';
import { mapLimited } from '../hashing/map-limited.ts';
import type { Materializer } from '../materializers/materializer.ts';
import { createMaterializerRegistry } from '../materializers/materializer-registry.ts';
import type { Artifact } from '../model/artifact.ts';

/** Artifacts looked into at a time. */
const PARALLEL = 16;
/** Who is named when several keep an object. */
export const KEEPERS: readonly KeptBy[] = ['run', 'cache', 'pin', 'released'];

/** Finds every object that artifacts need: their own bytes, the files of folders, what values point to. */
export type Marker = (kept: readonly KeptArtifact[]) => Promise<ReadonlyMap<Digest, KeptBy>>;

/**
 * What an artifact needs is looked up once, for it never changes.
 *
 * @param options.sizeOf bytes of an object in the store; undefined when it is not there.
 * @throws ERR_GC_FORMAT for an artifact that has parts which nobody here can find: nothing may be removed then, for it could be one of them.
 */
export function createMarker(options: {
  readonly io: Pick<ArtifactIo, 'objects'>;
  readonly sizeOf: (digest: Digest) => Promise<number | undefined>;
  readonly materializers: readonly Materializer[];
}): Marker {
  const { io, sizeOf } = options;
  const registry = createMaterializerRegistry(options.materializers);
  const known = new Map<string, readonly Digest[]>();

  async function objectsOf(artifact: Artifact): Promise<readonly Digest[]> {
    const text = JSON.stringify(artifact);
    const before = known.get(text);
    if (before) return before;
    try {
      const objects = await io.objects(artifact);
      for (const one of [artifact, ...refsBelow(artifact)]) await refuseUnknownParts(one);
      const digests = objects.map(({ digest }) => digest);
      known.set(text, digests);
      return digests;
    } catch (error) {
      if (!isDamage(error)) throw error;
      // What its own bytes would name can't be known, until somebody writes them again; so this is not remembered.
      const refs = await Promise.all((artifact.refs ?? []).map(objectsOf));
      return [artifact.digest, ...refs.flat()];
    }
  }

  /** An own format may have members (as a folder has files), which its materializer alone can name: then the sizes don't add up. */
  async function refuseUnknownParts(artifact: Artifact): Promise<void> {
    if (registry.find(artifact)) return;
    const refs = (artifact.refs ?? []).reduce((sum, { size }) => sum + size, 0);
    const own = await sizeOf(artifact.digest);
    if (own !== undefined && own !== artifact.size - refs) throw sluiceError('ERR_GC_FORMAT', artifact);
  }

  return async (kept) => {
    const artifacts = new Map(kept.map(({ artifact }) => [JSON.stringify(artifact), artifact]));
    const needed = new Map<string, readonly Digest[]>();
    await mapLimited([...artifacts], PARALLEL, async ([text, artifact]) => {
      needed.set(text, await objectsOf(artifact));
    });
    const marked = new Map<Digest, KeptBy>();
    const ranked = [...kept].sort((a, b) => KEEPERS.indexOf(a.by) - KEEPERS.indexOf(b.by));
    for (const { artifact, by } of ranked) {
      for (const digest of needed.get(JSON.stringify(artifact)) ?? []) if (!marked.has(digest)) marked.set(digest, by);
    }
    return marked;
  };
}

const refsBelow = (artifact: Artifact): readonly Artifact[] =>
  (artifact.refs ?? []).flatMap((ref) => [ref, ...refsBelow(ref)]);
