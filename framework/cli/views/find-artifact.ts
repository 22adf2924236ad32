import type { ArtifactRecord, MetadataStore } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import { shortDigest } from '../../hashing/digest.ts';
import type { Artifact } from '../../model/artifact.ts';
import { nearest } from '../../nearest.ts';
import { findRun, findStep } from './find-run.ts';

/** An artifact, and the step runs that are known to have made it. */
export interface FoundArtifact {
  readonly artifact: Artifact;
  readonly made: readonly ArtifactRecord[];
}

/**
 * The artifact that a user means by a digest, the beginning of one (four digits or more), `RUN:STEP` or `RUN:STEP.FIELD`.
 * @throws ERR_NOT_FOUND; ERR_USAGE when a beginning fits several.
 */
export async function findArtifact(store: MetadataStore, reference: string): Promise<FoundArtifact> {
  const colon = reference.lastIndexOf(':');
  if (colon > 0) return artifactOfStep(store, reference.slice(0, colon), reference.slice(colon + 1));
  const made = await store.findArtifact(reference);
  const digests = [...new Set(made.map(({ digest }) => digest))];
  const [first] = made;
  if (first && digests.length === 1) return { artifact: first, made };
  if (digests.length > 1) {
    throw sluiceError('ERR_USAGE', {
      message: `${reference} is the beginning of ${digests.length} artifacts: ${digests.slice(0, 5).map(shortDigest).join(', ')}.`,
      hint: 'Give more of its digits.',
    });
  }
  throw sluiceError('ERR_NOT_FOUND', {
    what: 'artifact',
    reference,
    hint: 'Name it by four or more digits of its digest, or as RUN:STEP.FIELD (latest:summarize.html). sluice artifacts list shows them.',
  });
}

async function artifactOfStep(store: MetadataStore, runReference: string, place: string): Promise<FoundArtifact> {
  const run = await findRun(store, runReference);
  const dot = place.indexOf('.');
  const [node, field] = dot < 0 ? [place, ''] : [place.slice(0, dot), place.slice(dot + 1)];
  const { output, node: id, status } = findStep(run, await store.stepRuns(run.id), node);
  const refuse = (what: string, hint: string): never => {
    throw sluiceError('ERR_NOT_FOUND', { what, reference: `${runReference}:${place}`, hint });
  };
  if (!output) return refuse('artifact', `${id} put out nothing: it is ${status}.`);
  const fields = output.kind === 'value' ? { '': output.value } : output.fields;
  const artifact = fields[field];
  if (!artifact) {
    const names = Object.keys(fields);
    const meant = nearest(field, names);
    const offer = names.length === 1 && names[0] === '' ? 'Its output is one value' : `It has ${names.join(', ')}`;
    return refuse('artifact', `${meant ? `Did you mean ${id}.${meant}? ` : ''}${offer}.`);
  }
  return { artifact, made: await store.findArtifact(artifact.digest) };
}
