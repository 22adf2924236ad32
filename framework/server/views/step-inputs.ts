import type { MetadataReads } from '../../components/metadata-reads.ts';
import { shortDigest } from '../../hashing/digest.ts';
import type { Artifact, Output } from '../../model/artifact.ts';
import type { StepRunRecord } from '../../model/run.ts';
import type { OutputField, StepInput } from '../api/step.ts';
import { artifactRef } from './artifact-ref.ts';
import { type StoredPlan, splitInput } from './stored-plan.ts';

/** A step that gathers what thousands made shows the first of them. */
const MOST_INPUTS = 200;

/** Field → artifact; an output of one value is the field `""`. */
export const fieldsOf = (output: Output): Readonly<Record<string, Artifact>> =>
  output.kind === 'value' ? { '': output.value } : output.fields;

export const outputFields = (output: Output): readonly OutputField[] =>
  Object.entries(fieldsOf(output)).map(([field, artifact]) => ({ ...artifactRef(artifact), field }));

/** What the plan says it is given, with what that was in this run. */
export async function stepInputs(
  store: Pick<MetadataReads, 'stepRun'>,
  step: StepRunRecord,
  { nodes }: StoredPlan,
): Promise<readonly StepInput[]> {
  const known = new Set(nodes.map(({ id }) => id));
  const inputs = nodes.find(({ id }) => id === step.node)?.inputs ?? [];
  const given = inputs.slice(0, MOST_INPUTS).map((input) => splitInput(input, known));
  const outputs = new Map(
    await Promise.all(
      [...new Set(given.map(({ node }) => node))].map(
        async (node) => [node, (await store.stepRun(`${step.runId}/${node}`))?.output] as const,
      ),
    ),
  );
  const parts = step.parts.filter(({ part }) => part.startsWith('input '));
  return given.flatMap(({ node, path: [field] }): StepInput[] => {
    const output = outputs.get(node);
    if (!output) return [unknownInput(node, field ?? '')];
    const fields = Object.entries(fieldsOf(output)).filter(
      ([name]) => field === undefined || output.kind === 'value' || name === field,
    );
    return fields.map(([name, artifact]) => ({
      ...artifactRef(artifact),
      name:
        parts.find(({ display }) => display.endsWith(shortDigest(artifact.digest)))?.part.slice('input '.length) ??
        // What became of it in the key has another digest: then it is called as its maker calls it.
        name,
      node,
      field: name,
      artifactName: artifact.name ?? null,
      known: true,
    }));
  });
}

const unknownInput = (node: string, field: string): StepInput => ({
  digest: '',
  format: '',
  size: 0,
  name: '',
  node,
  field,
  artifactName: null,
  known: false,
});
