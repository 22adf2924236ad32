import type { PlanNode } from '../dag/plan.ts';
import type { HookContext } from '../model/hook.ts';
import type { RunRecord, StepRunRecord } from '../model/run.ts';
import { callHook } from './hook-caller.ts';
import type { RunScope } from './run-scope.ts';

/** The hooks of a run's steps, called beside the run: what hangs on a step doesn't wait for its hook. */
export interface StepHooks {
  /** The step has ended, and the store knows it. */
  ended(node: PlanNode, stepRun: StepRunRecord, run: RunScope): void;
  /** All that were called have ended. */
  settled(): Promise<void>;
}

export function createStepHooks(record: RunRecord): StepHooks {
  const calls = new Set<Promise<void>>();
  return {
    ended(node, stepRun, run) {
      const kind = stepRun.status === 'succeeded' ? 'onSuccess' : 'onFailure';
      if (!node.step.options[kind]) return;
      const call = callAndRecord(node, stepRun, run, record).finally(() => calls.delete(call));
      calls.add(call);
    },
    async settled() {
      while (calls.size > 0) await Promise.all(calls);
    },
  };
}

async function callAndRecord(node: PlanNode, stepRun: StepRunRecord, run: RunScope, record: RunRecord): Promise<void> {
  const { status, error, output, attempts, id } = stepRun;
  const context: HookContext = Object.freeze({
    run: runOf(record),
    step: Object.freeze({ id, node: node.id, name: node.step.name, attempts }),
    status,
    error,
    outputs: lazily(async () => (output ? run.io.load(output, []) : undefined)),
  });
  const failure = await callHook({
    hooks: node.step.options,
    kind: status === 'succeeded' ? 'onSuccess' : 'onFailure',
    context,
    of: `step ${node.id}`,
    now: run.cancellation.now,
  });
  if (!failure) return;
  const before = run.records.of(node.id).hookFailures ?? [];
  run.records.updateSoon(node.id, { hookFailures: [...before, failure] });
  run.emit({ type: 'hook-failed', node: node.id, failure });
}

export const runOf = ({ id, name, pipeline, params, tags }: RunRecord): HookContext['run'] =>
  Object.freeze({ id, name, pipeline, params, tags });

/** By the first call, for all calls. */
export function lazily(read: () => Promise<unknown>): () => Promise<unknown> {
  let reading: Promise<unknown> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
}
