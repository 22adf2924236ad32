import type { PipelineDefinition } from '../authoring/pipeline.ts';
import type { CodeDigester } from '../code/code-digest.ts';
import { createGrowingPlan, type GrowingPlan } from '../dag/growing-plan.ts';
import type { Plan, PlanJson } from '../dag/plan.ts';
import { SluiceError } from '../errors.ts';
import type { StepRunRecord } from '../model/run.ts';
import { type CallHistory, createCallHistory } from './call-history.ts';
import type { Resumable } from './resumable-steps.ts';

/** What a dynamic pipeline's run begins with. */
export interface LiveStart {
  readonly plan: GrowingPlan;
  /** The calls of the run that it resumes. */
  readonly history: CallHistory;
}

export interface LiveStartOptions {
  readonly definition: PipelineDefinition;
  readonly codeDigester: Pick<CodeDigester, 'digestOf'>;
  readonly resume: Resumable;
}

/** Reads the code that the body can reach, so that the run has that of its start, and an empty plan for the calls to come. */
export async function startLive(
  planned: Plan,
  { definition, codeDigester, resume }: LiveStartOptions,
): Promise<LiveStart> {
  const code = await codeOf(definition, codeDigester);
  const { adjust } = planned;
  const plan = createGrowingPlan(definition.name, { ...(adjust && { adjust }), ...(code !== undefined && { code }) });
  const [newest] = resume.runs;
  const subject = { pipeline: definition.name, run: newest?.run.name ?? '' };
  return { plan, history: createCallHistory(subject, code === undefined ? [] : recordedCalls(resume, code)) };
}

/** Undefined where the source of the class is not known: then nobody can say whether the body is the same as in an earlier run. */
async function codeOf(
  { file, className }: PipelineDefinition,
  codeDigester: Pick<CodeDigester, 'digestOf'>,
): Promise<string | undefined> {
  try {
    return (await codeDigester.digestOf({ file, className, method: 'run' })).digest;
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'ERR_STEP_SOURCE') return undefined;
    throw error;
  }
}

/** The calls that runs of the chain made with this very code, of each the newest record that came as far as its arguments. */
function recordedCalls({ runs }: Resumable, code: string): readonly StepRunRecord[] {
  const calls = new Map<string, StepRunRecord>();
  for (const { run, steps } of runs) {
    if ((run.plan as Partial<PlanJson> | null)?.code !== code) continue;
    for (const step of steps) if (!calls.get(step.node)?.parts.length) calls.set(step.node, step);
  }
  return [...calls.values()];
}
