import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import { mapRefs, type OutputRef, refsIn } from '../dag/output-ref.ts';
import type { Artifact, Output } from '../model/artifact.ts';
import { jsonData } from './json-data.ts';

/** Formats that are data; everything else is shown as a reference to the artifact. */
const DATA_FORMATS: ReadonlySet<string> = new Set(['json', 'text']);

/**
 * What a pipeline returned: the real values for the caller, and JSON data for the record,
 * in which files, folders and other artifacts stand as `{ digest, format, size }`.
 */
export async function runResult(
  planned: unknown,
  { io, outputOf }: { readonly io: Pick<ArtifactIo, 'load' | 'loadArtifact'>; outputOf(node: string): Output },
): Promise<{ readonly value: unknown; readonly json: unknown }> {
  const values = new Map<OutputRef, unknown>();
  const data = new Map<OutputRef, unknown>();
  await Promise.all(
    refsIn(planned).map(async (ref) => {
      const output = outputOf(ref.node);
      const value = await io.load(output, ref.path);
      values.set(ref, value);
      data.set(ref, refData(output, ref, value));
    }),
  );
  return {
    value: mapRefs(planned, (ref) => values.get(ref)),
    json: jsonData(
      mapRefs(planned, (ref) => data.get(ref)),
      [],
    ),
  };
}

function refData(output: Output, { path }: OutputRef, value: unknown): unknown {
  if (output.kind === 'value')
    return path.length === 0 ? artifactData(output.value, value) : jsonData(value, refsOf(output.value));
  const [field, ...rest] = path;
  if (field === undefined) {
    const fields = value as Readonly<Record<string, unknown>>;
    return Object.fromEntries(
      Object.entries(output.fields).map(([name, artifact]) => [name, artifactData(artifact, fields[name])]),
    );
  }
  const artifact = output.fields[field];
  if (!artifact) return null;
  return rest.length === 0 ? artifactData(artifact, value) : jsonData(value, refsOf(artifact));
}

const artifactData = (artifact: Artifact, value: unknown): unknown =>
  DATA_FORMATS.has(artifact.format) ? jsonData(value, refsOf(artifact)) : reference(artifact);

const refsOf = (artifact: Artifact): readonly Artifact[] => artifact.refs ?? [];

export const reference = ({ digest, format, size }: Artifact): Pick<Artifact, 'digest' | 'format' | 'size'> => ({
  digest,
  format,
  size,
});
