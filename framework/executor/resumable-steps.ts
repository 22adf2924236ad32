import type { MetadataStore } from '../components/metadata-store.ts';
import { inputError } from '../errors.ts';
import type { StepRunRecord } from '../model/run.ts';
import { isSuccess } from '../model/status.ts';

/**
 * What a run to continue has left: its steps that ended well, by node, and the run that stands at the beginning of a chain of resumes
 * (whose checkpoints they all share).
 * @throws ERR_INPUT when there is no such run.
 */
export async function resumableSteps(
  store: Pick<MetadataStore, 'findRun' | 'stepRuns'>,
  runId: string | undefined,
): Promise<{ readonly steps: ReadonlyMap<string, StepRunRecord>; readonly root: string | undefined }> {
  if (runId === undefined) return { steps: new Map(), root: undefined };
  const run = await store.findRun(runId);
  if (!run) throw inputError(`There is no run ${runId}.`, 'sluice runs list shows them.');
  const steps = new Map<string, StepRunRecord>();
  let root = run;
  for (
    let at: typeof run | undefined = run;
    at;
    at = at.resumedFrom === null ? undefined : await store.findRun(at.resumedFrom)
  ) {
    root = at;
    // The newest result of a node counts; an earlier run of the chain may have one that the later ones never reached.
    for (const step of await store.stepRuns(at.id)) {
      if (isSuccess(step.status) && step.output && !steps.has(step.node)) steps.set(step.node, step);
    }
  }
  return { steps, root: root.id };
}
