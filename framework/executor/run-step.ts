import type { StepKey } from '../cache/cache-key.ts';
import type { Decision } from '../cache/decide.ts';
import type { PlanNode } from '../dag/plan.ts';
import { attemptStep } from './attempt-step.ts';
import { commitStep } from './commit-step.ts';
import { warnOfDrift } from './drift-warning.ts';
import { healParents, isDamage } from './heal-parents.ts';
import type { RunScope } from './run-scope.ts';
import type { NodeEnding } from './schedule.ts';
import { isCancelled, storedError } from './stored-error.ts';
import { takeTurn } from './take-turn.ts';

/**
 * The life of one step run. Top to bottom: key → hit? → slot and claim → load inputs → call → save → commit.
 * Three endings: cached, succeeded, failed; and stopped, when someone cancels the run. Throws only when the metadata store does.
 *
 * @param refresh runs it although a result is stored: that result is known to be damaged.
 */
export async function runStep(node: PlanNode, run: RunScope, refresh = false): Promise<NodeEnding> {
  run.clocks.start(node.id);
  try {
    const look = await run.slots.take({ look: 1 });
    if (!look) return await endStopped(node, run);
    let call: StepKey;
    let decision: Decision;
    try {
      call = await run.keys.keyOf(node);
      for (const warning of call.warnings) run.emit({ type: 'step-warning', node: node.id, ...warning });
      decision = await run.keys.decide(node, call, refresh);
    } finally {
      look();
    }
    if (decision.verdict === 'hit') return endCached(node, run, call, decision);
    warnOfDrift(node, run, call, decision.differences);

    const turn = await takeTurn(node, run, call, { decision, refresh });
    if (turn.kind === 'stopped') return await endStopped(node, run);
    if (turn.kind === 'hit') return endCached(node, run, call, turn.decision, true);
    try {
      const kept = keepCode(node, run, call);
      const attempted = await attemptStep(node, run, call, turn);
      turn.leave();
      await kept;
      if (await commitStep(node, run, call, { ...turn, ...attempted })) return 'done';
    } catch (error) {
      // Before the slot goes to the next one, which would start after the failure.
      if (!isCancelled(error) && !isDamage(error)) run.onFailure();
      throw error;
    } finally {
      await turn.release();
    }
    // Our lease ran out and someone else has the key now: their result is as good as ours.
    return await runStep(node, run);
  } catch (error) {
    if (isCancelled(error)) return endStopped(node, run);
    if (isDamage(error) && (await healParents(node, run))) return runStep(node, run, refresh);
    return endFailed(node, run, error);
  }
}

/** Beside the step: who asks why it ran can see the lines that changed. A store that has no room for them stops no step. */
async function keepCode(node: PlanNode, run: RunScope, call: StepKey): Promise<void> {
  try {
    await run.keys.keepCode(node, call);
  } catch (error) {
    const message = `The source of step ${node.id} could not be kept: ${(error as Error).message}`;
    const hint = 'sluice why will name what changed in it, without the lines.';
    run.emit({ type: 'step-warning', node: node.id, code: 'code-not-kept', message, hint });
  }
}

function endCached(
  node: PlanNode,
  run: RunScope,
  { key, parts }: StepKey,
  { entry, reason }: Extract<Decision, { verdict: 'hit' }>,
  hasWaited = false,
): NodeEnding {
  const now = Date.now();
  const { segments } = run.clocks.end(node.id);
  run.outputs.set(node.id, entry.output);
  const stepRun = run.records.updateSoon(node.id, {
    status: 'cached',
    key,
    parts,
    origin: entry.origin,
    reason,
    output: entry.output,
    startedAt: now,
    endedAt: now,
    ...(hasWaited && { segments }),
  });
  run.emit({ type: 'step-cached', node: node.id, stepRun });
  return 'done';
}

async function endFailed(node: PlanNode, run: RunScope, fault: unknown): Promise<NodeEnding> {
  const error = storedError(fault);
  const stepRun = await run.records.update(node.id, {
    status: 'failed',
    error,
    endedAt: Date.now(),
    ...run.clocks.end(node.id),
  });
  run.emit({ type: 'step-failed', node: node.id, stepRun, error });
  run.hooks.ended(node, stepRun, run);
  return 'failed';
}

async function endStopped(node: PlanNode, run: RunScope): Promise<NodeEnding> {
  const reason = run.cancellation.isByUser ? 'The run was cancelled.' : 'The run stopped at its first failure.';
  await run.records.update(node.id, {
    status: 'cancelled',
    reason,
    endedAt: Date.now(),
    ...run.clocks.end(node.id),
  });
  run.emit({ type: 'step-cancelled', node: node.id });
  return 'stopped';
}
