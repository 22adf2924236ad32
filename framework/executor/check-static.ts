import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import type { PipelineClass } from '../authoring/pipeline.ts';
import { replayCheck } from '../authoring/replay-check.ts';
import type { Plan } from '../dag/plan.ts';
import { mapLimited } from '../hashing/map-limited.ts';
import { DirectoryRef } from '../materializers/directory-ref.ts';
import { FileRef } from '../materializers/file-ref.ts';
import type { Artifact, Output } from '../model/artifact.ts';

const PARALLEL = 32;

/**
 * Runs the body again on what the steps really returned. Files and folders are not fetched for it: a body can only test that they are there
 * (their truth and type), so a reference of the right class and name, whose path names the digest, answers as the real one would.
 *
 * @returns the first difference from the plan in words, undefined when there is none.
 */
export async function checkStatic(options: {
  readonly pipeline: PipelineClass;
  readonly params: unknown;
  readonly plan: Plan;
  readonly io: Pick<ArtifactIo, 'loadArtifact'>;
  outputOf(node: string): Output;
}): Promise<string | undefined> {
  const { plan, io, outputOf } = options;
  const loaded = new Map<string, Promise<unknown>>();
  /** Equal results of many steps are read once. */
  const load = (artifact: Artifact): Promise<unknown> => {
    const id = JSON.stringify([artifact.digest, artifact.format, artifact.version, artifact.name]);
    const known = loaded.get(id) ?? fileStandIn(artifact) ?? io.loadArtifact(artifact);
    const value = Promise.resolve(known);
    loaded.set(id, value);
    return value;
  };
  const realValue = async (output: Output): Promise<unknown> => {
    if (output.kind === 'value') return load(output.value);
    const fields = Object.entries(output.fields);
    return Object.fromEntries(await Promise.all(fields.map(async ([name, one]) => [name, await load(one)] as const)));
  };
  const pairs = await mapLimited(plan.nodes, PARALLEL, async ({ id }) => [id, await realValue(outputOf(id))] as const);
  const values = new Map(pairs);
  const { pipeline, params } = options;
  return replayCheck({ pipeline, params, plan, outputOf: (id) => values.get(id) });
}

function fileStandIn({ format, digest, name = digest }: Artifact): FileRef | DirectoryRef | undefined {
  const type = format === 'file' ? FileRef : format === 'directory' ? DirectoryRef : undefined;
  if (!type) return undefined;
  const path = { value: `artifact:${digest}`, enumerable: true };
  return Object.create(type.prototype, { path, name: { value: name, enumerable: true } }) as FileRef | DirectoryRef;
}
