import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import { inStep, type StepContext } from '../authoring/step-context.ts';
import type { PlanNode } from '../dag/plan.ts';
import type { Output } from '../model/artifact.ts';
import { captureInto } from './capture-console.ts';
import { loadArguments } from './load-arguments.ts';
import type { StepReport } from './step-report.ts';

/** One attempt in this very process: load inputs → call → save. What the step throws comes through as it is. */
export async function performInline(options: {
  readonly node: PlanNode;
  readonly io: ArtifactIo;
  readonly context: StepContext;
  readonly report: StepReport;
  readonly signal: AbortSignal;
  /** Aborted when nobody waits for the result any more: it is not saved then. */
  readonly dropped: AbortSignal;
  outputOf(node: string): Output;
}): Promise<Output> {
  const { node, io, context, report, signal, dropped } = options;
  const args = await loadArguments(node, options);
  // Given up while its inputs came: nobody wants the result any more.
  signal.throwIfAborted();
  captureInto(context, report);
  // A turn of the event loop for itself: a body that never gives way would otherwise hold up whatever this turn had begun, a transaction of the record for
  // instance, and with its lock every other process.
  await nextTurn();
  report.phase('run');
  const value = await inStep(context, () => node.step.body.apply(node.receiver, args as never[]));
  report.phase('save');
  dropped.throwIfAborted();
  return io.save(value, node.id);
}
