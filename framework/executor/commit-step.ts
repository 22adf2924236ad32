import type { StepKey } from '../cache/cache-key.ts';
import { isCached } from '../cache/decide.ts';
import { changedInputs } from '../cache/watched-input.ts';
import type { CacheEntry, Claim, Commit } from '../components/metadata-store.ts';
import type { PlanNode } from '../dag/plan.ts';
import { artifactsOf, type Output } from '../model/artifact.ts';
import type { StepRunRecord, StoredError } from '../model/run.ts';
import type { Attempted } from './attempt-step.ts';
import { durationMs } from './duration-ms.ts';
import { removeFolder } from './remove-folder.ts';
import type { RunScope } from './run-scope.ts';
import { storedError } from './stored-error.ts';

type Candidate = Attempted & { readonly claim?: Claim };

/** Why an output did not become the result. */
const REFUSALS = {
  superseded: 'Another run took this step over.',
  collected: 'A garbage collection had just removed a part of what it made, which was there from before.',
} as const;

/**
 * Makes one attempt's output the result of the step, in one transaction.
 * @returns false, and nothing is written, when someone else has taken the key over (what they commit is the result), or when garbage
 * collection took a part of it: the step has to be looked at once more.
 * @throws what the store throws; the attempt has failed then.
 */
export async function commitStep(node: PlanNode, run: RunScope, call: StepKey, candidate: Candidate): Promise<boolean> {
  const { output, attempt, meter, checkpointDir } = candidate;
  const endAttempt = (status: 'cancelled' | 'failed', error: StoredError): Promise<void> =>
    run.stack.metadataStore.endAttempt({ ...attempt, ...meter.end(), status, endedAt: Date.now(), error });
  let stepRun: StepRunRecord | keyof typeof REFUSALS;
  try {
    stepRun = await commit(node, run, call, candidate);
  } catch (error) {
    await endAttempt('failed', storedError(error));
    throw error;
  }
  if (typeof stepRun === 'string') {
    await endAttempt('cancelled', { code: 'ERR_CANCELLED', message: REFUSALS[stepRun] });
    return false;
  }
  await removeFolder(checkpointDir);
  run.emit({ type: 'step-succeeded', node: node.id, stepRun, output });
  run.hooks.ended(node, stepRun, run);
  return true;
}

async function commit(
  node: PlanNode,
  run: RunScope,
  call: StepKey,
  { output, attempt, meter, collection, claim }: Candidate,
): Promise<StepRunRecord | keyof typeof REFUSALS> {
  const changed = await changedInputs(call.watched);
  if (changed.length > 0) warnOfChange(node, run, changed);
  const before = run.records.of(node.id);
  const endedAt = Date.now();
  const measured = run.clocks.of(node.id).end();
  const change = { status: 'succeeded', origin: before.id, output, endedAt, ...measured } as const;
  const stepRun: StepRunRecord = Object.freeze({ ...before, ...change, error: null });
  const entry = changed.length === 0 ? entryOf(node, run, call, stepRun) : undefined;
  const refusal = await commitSaved(run, output, {
    stepRun,
    change: before.error === null ? change : { ...change, error: null },
    ...(attempt.attempt > 1 && { attempt: { ...attempt, ...meter.end(), status: 'succeeded', endedAt } }),
    artifacts: artifactsOf(output),
    collection,
    ...(entry && { entry }),
    ...(claim && { claim }),
  });
  if (refusal) return refusal;
  if (claim) run.claims.forget(claim);
  run.outputs.set(node.id, output);
  run.records.set(stepRun);
  run.clocks.drop(node.id);
  return stepRun;
}

/** Tries again as often as a garbage collection comes in between, with what it could have taken looked at. Undefined when it is committed. */
async function commitSaved(
  { saved, stack }: RunScope,
  output: Output,
  commit: Commit & Required<Pick<Commit, 'collection'>>,
): Promise<keyof typeof REFUSALS | undefined> {
  let collection: number | undefined = commit.collection;
  while (collection !== undefined) {
    const answer = await stack.metadataStore.commit({ ...commit, collection });
    if (answer !== 'collection') return answer ? undefined : 'superseded';
    collection = await saved.secure(output);
  }
  return 'collected';
}

function entryOf(
  node: PlanNode,
  run: RunScope,
  { key, parts }: StepKey,
  stepRun: StepRunRecord,
): CacheEntry | undefined {
  if (key === null || !isCached(node, run.cacheUse) || !stepRun.output) return undefined;
  const { cache } = node.step.options;
  const expires = typeof cache === 'object' ? cache.expires : undefined;
  const createdAt = stepRun.endedAt ?? Date.now();
  return {
    key,
    step: node.step.name,
    origin: stepRun.id,
    originRun: stepRun.runId,
    output: stepRun.output,
    parts,
    createdAt,
    expiresAt: expires === undefined ? null : createdAt + durationMs(expires),
  };
}

function warnOfChange(node: PlanNode, run: RunScope, changed: readonly string[]): void {
  run.emit({
    type: 'step-warning',
    node: node.id,
    code: 'input-changed',
    message: `${changed.join(', ')} changed while step ${node.id} ran, so its result is kept but not used again.`,
    hint: 'Run the pipeline again when nothing writes there.',
  });
}
