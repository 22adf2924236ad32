import type { RunMode } from '../model/run.ts';
import type { RunScope } from './run-scope.ts';
import { runStep } from './run-step.ts';
import { schedule } from './schedule.ts';

/** Runs all nodes of a plan that is known whole. Returns what made the engine itself fail, if anything did. */
export async function walkPlan(scope: RunScope, mode: RunMode): Promise<unknown> {
  const { plan, cancellation, slots, records, emit } = scope;
  let fault: unknown;
  const halt = (): void => slots.close();
  cancellation.graceful.addEventListener('abort', halt);
  if (cancellation.graceful.aborted) halt();
  await schedule(plan, {
    mode,
    isHalted: () => cancellation.graceful.aborted,
    onHalt: () => (mode === 'fail-fast' ? cancellation.request('graceful', 'failure') : halt()),
    async runNode(id) {
      try {
        return await runStep(plan.node(id), scope);
      } catch (error) {
        fault ??= error;
        cancellation.request('graceful', 'failure');
        return 'failed';
      }
    },
    async skip(id, because) {
      if (fault !== undefined) return;
      const isCancelled = cancellation.isByUser;
      const reason = isCancelled ? 'The run was cancelled.' : `Step ${because} did not end well.`;
      records.updateSoon(id, { status: isCancelled ? 'cancelled' : 'skipped', reason, endedAt: Date.now() });
      emit(isCancelled ? { type: 'step-cancelled', node: id } : { type: 'step-skipped', node: id, because });
    },
  });
  return fault;
}
