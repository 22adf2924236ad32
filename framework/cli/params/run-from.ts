import type { CacheUse } from '../../cache/decide.ts';
import type { Plan } from '../../dag/plan.ts';
import { sluiceError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';

/** `--from STEP`, as the executor takes it. */
export interface RunFrom {
  readonly refresh: CacheUse['refresh'];
  /** Nodes that come before: their results are expected in the cache. */
  readonly reuse: readonly string[];
}

/**
 * The step (every call of it, or one node) and everything after it run again, whatever is stored; everything else comes from the cache.
 * @throws ERR_USAGE for a step that the plan doesn't have.
 */
export function runFrom(plan: Plan, step: string | undefined, { refresh }: CacheUse): RunFrom {
  if (step === undefined) return { refresh, reuse: [] };
  const refuse = (message: string, hint: string) => sluiceError('ERR_USAGE', { message, hint });
  if (plan.isDynamic) {
    const hint = 'Use --refresh with the names of the steps that shall run again.';
    throw refuse(`--from: the steps of ${plan.pipeline} are known only while it runs.`, hint);
  }
  const first = plan.nodes.filter((node) => node.id === step || node.step.name === step).map(({ id }) => id);
  if (first.length === 0) {
    const names = [...new Set(plan.nodes.flatMap((node) => [node.step.name, node.id]))];
    const meant = nearest(step, names);
    const said = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw refuse(`--from: ${plan.pipeline} has no step ${step}.${said}`, `Its steps are ${names.join(', ')}.`);
  }
  const again = new Set(first.flatMap((id) => [id, ...plan.descendants(id)]));
  const reuse = plan.nodes.map(({ id }) => id).filter((id) => !again.has(id));
  return { refresh: refresh === true ? true : [...new Set([...refresh, ...again])], reuse };
}
