import type { ArtifactRecord } from '../../components/metadata-store.ts';
import type { FolderFile } from '../../materializers/materializer.ts';
import type { ArtifactSummary, Artifact as ArtifactView } from '../api/artifact.ts';
import { artifactPreview } from '../preview/artifact-preview.ts';
import type { ServerContext } from '../server-context.ts';
import { artifactRef } from './artifact-ref.ts';
import { shownMakers, shownUse, usesOf } from './artifact-uses.ts';
import { contentUrl } from './content-url.ts';
import { notFound } from './find-run.ts';
import { isoTime } from './iso-time.ts';
import { planCache } from './plan-cache.ts';
import { stepRunOf } from './step-run-id.ts';

const MOST_FILES = 2000;

/** The records of an artifact, by its digest or the unique beginning of it. @throws ERR_NOT_FOUND. */
export async function findArtifact(
  { stack }: ServerContext,
  reference: string,
): Promise<readonly [ArtifactRecord, ...ArtifactRecord[]]> {
  const [first, ...others] = await stack.metadataStore.findArtifact(reference);
  if (first) return [first, ...others];
  throw notFound('artifact', reference, 'Its run may have been deleted; the list of artifacts shows what there is.');
}

/** What is inside a folder; undefined for anything else, and for one whose list is gone. */
export async function folderFiles(
  { stack }: ServerContext,
  { digest, format }: Pick<ArtifactRecord, 'digest' | 'format'>,
): Promise<readonly FolderFile[] | undefined> {
  if (format !== 'directory' || !(await stack.artifactStore.has(digest))) return undefined;
  const { decodeManifest } = await import('../../materializers/directory-manifest.ts');
  return decodeManifest(await stack.artifactStore.readBytes(digest));
}

/** An artifact with its preview, who made it and who used it. */
export async function artifactView(context: ServerContext, reference: string): Promise<ArtifactView> {
  const store = context.stack.metadataStore;
  const made = await findArtifact(context, reference);
  const [artifact] = made;
  const planOf = planCache(store);
  const [stored, files, producers, uses] = await Promise.all([
    context.stack.artifactStore.has(artifact.digest),
    folderFiles(context, artifact),
    shownMakers(store, made, planOf),
    usesOf(store, made, planOf),
  ]);
  const preview = stored
    ? await artifactPreview(context, { artifact, files })
    : ({ kind: 'none', reason: 'Its bytes are gone: the step that made it has to run again.' } as const);
  return {
    ...artifactRef(artifact),
    version: artifact.version,
    stored,
    createdAt: isoTime(artifact.createdAt),
    producers,
    consumers: uses.map(shownUse),
    preview,
    files: files?.slice(0, MOST_FILES) ?? null,
    fileCount: files?.length ?? null,
    refs: (artifact.refs ?? []).map(artifactRef),
    url: contentUrl(artifact.digest),
  };
}

export const artifactSummary = (artifact: ArtifactRecord): ArtifactSummary => ({
  ...artifactRef(artifact),
  createdAt: isoTime(artifact.createdAt),
  run: artifact.runId,
  node: stepRunOf(artifact.stepRunId).node,
  step: artifact.step,
  field: artifact.field,
});
