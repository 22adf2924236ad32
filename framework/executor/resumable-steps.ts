import type { MetadataStore } from '../components/metadata-store.ts';
import { inputError } from '../errors.ts';
import type { RunRecord, StepRunRecord } from '../model/run.ts';
import { isSuccess } from '../model/status.ts';

/** What a run to continue has left. */
export interface Resumable {
  /** Its steps that ended well, by node. */
  readonly steps: ReadonlyMap<string, StepRunRecord>;
  /** The run that stands at the beginning of a chain of resumes, whose checkpoints they all share; undefined when there is none to continue. */
  readonly root: string | undefined;
  /** The runs of the chain, newest first, with all their steps. */
  readonly runs: readonly { readonly run: RunRecord; readonly steps: readonly StepRunRecord[] }[];
}

/**
 * Reads what the run to continue, and those that it continues, have left.
 * @throws ERR_INPUT when there is no such run.
 */
export async function resumableSteps(
  store: Pick<MetadataStore, 'findRun' | 'stepRuns'>,
  runId: string | undefined,
): Promise<Resumable> {
  if (runId === undefined) return { steps: new Map(), root: undefined, runs: [] };
  const run = await store.findRun(runId);
  if (!run) throw inputError(`There is no run ${runId}.`, 'sluice runs list shows them.');
  const steps = new Map<string, StepRunRecord>();
  const runs: { readonly run: RunRecord; readonly steps: readonly StepRunRecord[] }[] = [];
  for (
    let at: typeof run | undefined = run;
    at;
    at = at.resumedFrom === null ? undefined : await store.findRun(at.resumedFrom)
  ) {
    const own = await store.stepRuns(at.id);
    runs.push({ run: at, steps: own });
    // The newest result of a node counts; an earlier run of the chain may have one that the later ones never reached.
    for (const step of own) {
      if (isSuccess(step.status) && step.output && !steps.has(step.node)) steps.set(step.node, step);
    }
  }
  return { steps, root: runs.at(-1)?.run.id, runs };
}
