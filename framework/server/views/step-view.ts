import { sluiceError } from '../../errors.ts';
import { shortDigest } from '../../hashing/digest.ts';
import type { Artifact, Output } from '../../model/artifact.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import { nearest } from '../../nearest.ts';
import type { OutputField, Step, StepInput } from '../api/step.ts';
import type { ServerContext } from '../server-context.ts';
import { artifactRef } from './artifact-ref.ts';
import { findRun } from './find-run.ts';
import { shownHookFailures } from './shown-error.ts';
import { shownAttempt, stepSummary } from './step-summary.ts';
import { type StoredPlan, splitInput, storedPlan } from './stored-plan.ts';

/** A step that gathers what thousands made shows the first of them. */
const MOST_INPUTS = 200;
const MOST_FILES = 500;

/** One step run with all that is known of it. @throws ERR_NOT_FOUND. */
export async function stepView(context: ServerContext, reference: string, node: string): Promise<Step> {
  const { stack, project, now: clock } = context;
  const store = stack.metadataStore;
  const run = await findRun(store, reference);
  const plan = storedPlan(run.plan);
  const step = await store.stepRun(`${run.id}/${node}`);
  if (!step) throw noSuchStep(run, node, plan);
  const [attempts, logs, inputs, files] = await Promise.all([
    store.attempts(step.id),
    store.readLogs(step.id, { limit: 1 }),
    inputsOf(context, step, plan),
    filesOf(context, step),
  ]);
  const surroundings = { project, now: clock() };
  const last = logs.length > 0 ? await lastLine(context, step) : 0;
  return {
    ...stepSummary({ ...step, logs: last }, surroundings),
    run: { id: run.id, name: run.name, pipeline: run.pipeline, status: run.status },
    key: step.key,
    tries: attempts.map((attempt) => shownAttempt(attempt, surroundings)),
    inputs,
    output: step.output ? outputFields(step.output) : [],
    files,
    arguments: argumentsOf(step),
    hookFailures: shownHookFailures(step.hookFailures, project),
    parts: step.parts,
    verdict: step.status === 'cached' ? 'hit' : step.parts.length > 0 ? 'miss' : null,
    parents: plan.nodes.find(({ id }) => id === node)?.parents ?? [],
    children: plan.nodes.filter(({ parents }) => parents.includes(node)).map(({ id }) => id),
  };
}

function noSuchStep(run: RunRecord, node: string, { nodes }: StoredPlan): Error {
  const meant = nearest(
    node,
    nodes.map(({ id }) => id),
  );
  const hint = `${meant ? `Did you mean ${meant}? ` : ''}The page of the run shows its steps.`;
  return sluiceError('ERR_NOT_FOUND', { what: `step in run ${run.name}:`, reference: node, hint });
}

/** Lines are numbered from 1. */
async function lastLine({ stack }: ServerContext, { id, runId }: StepRunRecord): Promise<number> {
  const { lines } = await stack.metadataStore.readRunLogs(runId, { stepRuns: [id], limit: 1, scan: 1 });
  return lines.at(-1)?.seq ?? 0;
}

/** Field → artifact; an output of one value is the field `""`. */
export const fieldsOf = (output: Output): Readonly<Record<string, Artifact>> =>
  output.kind === 'value' ? { '': output.value } : output.fields;

export const outputFields = (output: Output): readonly OutputField[] =>
  Object.entries(fieldsOf(output)).map(([field, artifact]) => ({ ...artifactRef(artifact), field }));

/** What the plan says it is given, with what that was in this run. */
async function inputsOf(
  { stack }: ServerContext,
  step: StepRunRecord,
  { nodes }: StoredPlan,
): Promise<readonly StepInput[]> {
  const known = new Set(nodes.map(({ id }) => id));
  const inputs = nodes.find(({ id }) => id === step.node)?.inputs ?? [];
  const given = inputs.slice(0, MOST_INPUTS).map((input) => splitInput(input, known));
  const outputs = new Map(
    await Promise.all(
      [...new Set(given.map(({ node }) => node))].map(
        async (node) => [node, (await stack.metadataStore.stepRun(`${step.runId}/${node}`))?.output] as const,
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
        parts.find(({ display }) => display.endsWith(shortDigest(artifact.digest)))?.part.slice('input '.length) ?? '',
      node,
      field: name,
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
  known: false,
});

/** What it gave its tracker beside its output. */
async function filesOf({ stack }: ServerContext, step: StepRunRecord): Promise<readonly OutputField[]> {
  const maker = step.origin ?? step.id;
  const own = new Set(step.output ? Object.values(fieldsOf(step.output)).map(({ digest }) => digest) : []);
  const { items } = await stack.metadataStore.listArtifacts({ run: step.runId, step: step.step, limit: MOST_FILES });
  return items
    .filter(({ stepRunId, digest }) => stepRunId === maker && !own.has(digest))
    .map((artifact) => ({ ...artifactRef(artifact), field: artifact.field }));
}

const argumentsOf = ({ parts }: StepRunRecord): Record<string, string> =>
  Object.fromEntries(
    parts
      .filter(({ part }) => part.startsWith('argument '))
      .map(({ part, display }) => [part.slice('argument '.length), display]),
  );
