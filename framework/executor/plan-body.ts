import { setTimeout as pause } from 'node:timers/promises';
import { namesByLane } from '../authoring/call-names.ts';
import { callBody, type PipelineClass } from '../authoring/pipeline.ts';
import { Recorder, recordInto } from '../authoring/recorder.ts';
import { createGrowingPlan } from '../dag/growing-plan.ts';
import type { Plan, PlanNode } from '../dag/plan.ts';
import { SluiceError, sluiceError } from '../errors.ts';
import { createLiveValues } from './live-values.ts';
import { createStepPlanner, type PlannedStep, type PlanRunOptions } from './plan-run.ts';
import { messageOf } from './stored-error.ts';

export interface PlanBodyOptions extends PlanRunOptions {
  readonly pipeline: PipelineClass;
  /** Validated parameters. */
  readonly params: unknown;
  /** As `definePlan` made it. */
  readonly planned: Plan;
}

export interface PlannedBody {
  readonly plan: Plan;
  readonly steps: readonly PlannedStep[];
  /** The body came to its end: these are all the calls. Otherwise it waits for results that are not there yet, and may make any others. */
  readonly isWhole: boolean;
}

/** A body that makes no call for so long, with nothing left to answer, waits for a result that is not there. Milliseconds. */
const QUIET_MS = 50;

/**
 * A dry run of a dynamic pipeline: its body runs on the results that a run would take from the cache, and no further than these reach. No step runs,
 * and nothing is recorded.
 * @throws ERR_PIPELINE_BODY with what the body threw, and what making a key throws.
 */
export async function planBody({ pipeline, params, planned, ...options }: PlanBodyOptions): Promise<PlannedBody> {
  const planner = await createStepPlanner(planned.pipeline, options);
  const values = createLiveValues();
  const plan = createGrowingPlan(planned.pipeline);
  const steps = new Map<string, PlannedStep>();
  const broken = Promise.withResolvers<never>();
  let underWay = 0;
  let made = 0;

  async function answer(asked: PlanNode): Promise<unknown> {
    const node = planned.adjust?.(asked) ?? asked;
    plan.add(node);
    made++;
    underWay++;
    try {
      steps.set(node.id, await planner.planStep(node));
      const output = planner.outputs.get(node.id);
      if (output) {
        const value = await planner.io.load(output);
        values.add(node.id, output, value);
        return value;
      }
    } catch (error) {
      broken.reject(error);
    } finally {
      underWay--;
    }
    // It would run: what comes after it can't be known.
    return new Promise(() => {});
  }

  async function quiet(): Promise<boolean> {
    for (let before = -1; before !== made || underWay > 0; ) {
      before = made;
      await pause(QUIET_MS);
    }
    return false;
  }

  const names = namesByLane();
  const recorder = new Recorder({ pipeline: plan.pipeline, answer, provenance: values, names, isLive: true });
  const body = recordInto(recorder, () => callBody(pipeline, params)).then(
    () => true,
    (error: unknown) => {
      if (error instanceof SluiceError) throw error;
      throw sluiceError('ERR_PIPELINE_BODY', { pipeline: plan.pipeline, problem: messageOf(error) }, error);
    },
  );
  const isWhole = await Promise.race([body, broken.promise, quiet()]);
  return { plan, steps: plan.nodes.flatMap(({ id }) => steps.get(id) ?? []), isWhole };
}
