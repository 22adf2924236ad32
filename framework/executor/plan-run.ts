import type { ArtifactIo } from '../artifacts/artifact-io.ts';
import type { KeyWarning } from '../cache/cache-key.ts';
import { type CacheUse, isCached, isRefreshed } from '../cache/decide.ts';
import type { Difference } from '../cache/explain.ts';
import type { CodeDigester } from '../code/code-digest.ts';
import type { Stack } from '../components/stack.ts';
import type { Plan, PlanNode } from '../dag/plan.ts';
import type { Output } from '../model/artifact.ts';
import type { CacheKey } from '../model/key-part.ts';
import { checkResources } from './check-resources.ts';
import { capacityOf } from './resource-amounts.ts';
import { resumableSteps } from './resumable-steps.ts';
import { stackDigester, stackIo } from './stack-services.ts';
import { createStepKeys, type StepKeys } from './step-keys.ts';

export interface PlanRunOptions extends Partial<CacheUse> {
  readonly stack: Stack;
  /** Default: a new one, `stackDigester(stack)`. */
  readonly codeDigester?: CodeDigester;
  readonly artifactIo?: ArtifactIo;
  /** Id of a run to continue. */
  readonly resumeFrom?: string;
}

/** What one step would do. */
export interface PlannedStep {
  readonly node: string;
  readonly step: string;
  readonly parents: readonly string[];
  /** `unknown`: it depends on a step that would run, and its result may turn out the same as before. */
  readonly verdict: 'hit' | 'miss' | 'unknown';
  /** One sentence. */
  readonly reason: string;
  /** Step run whose result would be used. */
  readonly origin: string | null;
  readonly key: CacheKey | null;
  /** Against the nearest earlier key. */
  readonly differences: readonly Difference[];
  readonly warnings: readonly KeyWarning[];
}

/**
 * A dry run: what `execute` with the same options would do now. Nothing is run and nothing is written.
 * @throws what making a key throws, such as ERR_UNENCODABLE and ERR_FILE_NOT_FOUND.
 */
export async function planRun(plan: Plan, options: PlanRunOptions): Promise<readonly PlannedStep[]> {
  const planner = await createStepPlanner(plan.pipeline, options);
  const planned: PlannedStep[] = [];
  for (const node of plan.nodes) planned.push(await planner.planStep(node));
  return planned;
}

/** Says of one call after the other what a run would do, parents first. */
export interface StepPlanner {
  planStep(node: PlanNode): Promise<PlannedStep>;
  /** Known outputs: those of the hits. */
  readonly outputs: ReadonlyMap<string, Output>;
  readonly io: ArtifactIo;
}

export async function createStepPlanner(pipeline: string, options: PlanRunOptions): Promise<StepPlanner> {
  const { stack, cache = true, refresh = [] } = options;
  const { codeDigester = stackDigester(stack), artifactIo: io = stackIo(stack) } = options;
  const capacity = capacityOf(stack.orchestrator.capacity);
  const outputs = new Map<string, Output>();
  const { steps: resumed } = await resumableSteps(stack.metadataStore, options.resumeFrom);
  const outputOf = (id: string): Output => outputs.get(id)!;
  const resumedFrom = options.resumeFrom;
  const keys = createStepKeys({ stack, pipeline, io, codeDigester, cache, refresh, outputOf, resumed, resumedFrom });
  const running = new Map<CacheKey, string>();
  return {
    planStep(node) {
      checkResources([node], capacity);
      return planStep(node, { use: { cache, refresh }, keys, outputs, running });
    },
    outputs,
    io,
  };
}

interface PlanState {
  readonly use: CacheUse;
  readonly keys: StepKeys;
  /** Known outputs: those of the hits. */
  readonly outputs: Map<string, Output>;
  /** Node that would compute a key, by key. */
  readonly running: Map<CacheKey, string>;
}

async function planStep(node: PlanNode, { use, keys, outputs, running }: PlanState): Promise<PlannedStep> {
  const common = { node: node.id, step: node.step.name, parents: node.parents, origin: null, key: null };
  const open = node.parents.filter((parent) => !outputs.has(parent));
  if (open.length > 0) {
    const reason = `It depends on what ${open.join(', ')} will make.`;
    return { ...common, verdict: 'unknown', reason, differences: [], warnings: [] };
  }
  const call = await keys.keyOf(node);
  const { key, warnings } = call;
  const decision = await keys.decide(node, call);
  if (decision.verdict === 'hit') {
    outputs.set(node.id, decision.entry.output);
    const { reason, entry } = decision;
    return { ...common, verdict: 'hit', reason, origin: entry.origin, key, differences: [], warnings };
  }
  const { reason, differences } = decision;
  const twin = key === null ? undefined : running.get(key);
  if (twin !== undefined && isCached(node, use) && !isRefreshed(node, use)) {
    return { ...common, verdict: 'hit', reason: `Same key as ${twin}.`, key, differences: [], warnings };
  }
  if (key !== null) running.set(key, node.id);
  return { ...common, verdict: 'miss', reason, key, differences, warnings };
}
