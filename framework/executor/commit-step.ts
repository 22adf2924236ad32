import type { StepKey } from '../cache/cache-key.ts';
import { isCached } from '../cache/decide.ts';
import { changedInputs } from '../cache/watched-input.ts';
import type { CacheEntry, Claim } from '../components/metadata-store.ts';
import type { PlanNode } from '../dag/plan.ts';
import { artifactsOf } from '../model/artifact.ts';
import type { StepRunRecord } from '../model/run.ts';
import type { Attempted } from './attempt-step.ts';
import { durationMs } from './duration-ms.ts';
import { removeFolder } from './remove-folder.ts';
import type { RunScope } from './run-scope.ts';

/**
 * Makes one attempt's output the result of the step, in one transaction.
 * @returns false, and nothing is written, when someone else has taken the key over: what they commit is the result.
 */
export async function commitStep(
  node: PlanNode,
  run: RunScope,
  call: StepKey,
  { output, attempt, checkpointDir, claim }: Attempted & { readonly claim?: Claim },
): Promise<boolean> {
  const changed = await changedInputs(call.watched);
  if (changed.length > 0) warnOfChange(node, run, changed);
  const now = Date.now();
  const before = run.records.of(node.id);
  const stepRun: StepRunRecord = Object.freeze({
    ...before,
    status: 'succeeded',
    origin: before.id,
    output,
    endedAt: now,
    error: null,
  });
  const ended = { ...attempt, status: 'succeeded', endedAt: now } as const;
  const entry = changed.length === 0 ? entryOf(node, run, call, stepRun) : undefined;
  const commit = {
    stepRun,
    attempt: ended,
    artifacts: artifactsOf(output),
    ...(entry && { entry }),
    ...(claim && { claim }),
  };
  if (!(await run.stack.metadataStore.commit(commit))) {
    const error = { code: 'ERR_CANCELLED', message: 'Another run took this step over.' };
    await run.stack.metadataStore.endAttempt({ ...attempt, status: 'cancelled', endedAt: now, error });
    return false;
  }
  if (claim) run.claims.forget(claim);
  run.outputs.set(node.id, output);
  run.records.set(stepRun);
  await removeFolder(checkpointDir);
  run.emit({ type: 'step-succeeded', node: node.id, stepRun, output });
  return true;
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
