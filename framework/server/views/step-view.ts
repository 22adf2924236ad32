import { sluiceError } from '../../errors.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import { nearest } from '../../nearest.ts';
import type { OutputField, Step } from '../api/step.ts';
import type { ServerContext } from '../server-context.ts';
import { artifactRef } from './artifact-ref.ts';
import { findRun } from './find-run.ts';
import { quotedError, shownHookFailures } from './shown-error.ts';
import { fieldsOf, outputFields, stepInputs } from './step-inputs.ts';
import { shownAttempt, stepSummary } from './step-summary.ts';
import { type StoredPlan, storedPlan } from './stored-plan.ts';

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
    stepInputs(store, step, plan),
    filesOf(context, step),
  ]);
  const surroundings = { project, now: clock() };
  const last = logs.length > 0 ? await lastLine(context, step) : 0;
  return {
    ...stepSummary({ ...step, logs: last }, surroundings),
    error: quotedError(step.error, project),
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
