import type { PlanNode } from '../dag/plan.ts';
import { checkResources } from './check-resources.ts';
import { amountsOf } from './resource-amounts.ts';
import type { RunScope } from './run-scope.ts';

/**
 * Waits for a slot of the run and, for a step that declares `resources`, for the machine, on which other commands may run.
 * @returns how to give both back; undefined when nothing more may start.
 */
export async function takeSlots(node: PlanNode, run: RunScope): Promise<(() => void) | undefined> {
  const wish = amountsOf(node.step.options.resources ?? {});
  const names = Object.keys(wish);
  // A dynamic pipeline has no plan that could have been refused.
  checkResources([node], run.capacity);
  const give = await run.slots.take({ step: 1, ...wish });
  if (!give || names.length === 0) return give;
  const onWait = (holders: readonly { readonly pid: number }[]): void => {
    const others = [...new Set(holders.map(({ pid }) => pid))].filter((pid) => pid !== process.pid);
    run.emit({
      type: 'step-warning',
      node: node.id,
      code: 'machine-busy',
      message: `Step ${node.id} waits for ${names.join(' and ')} of this machine.`,
      hint: `Held by ${others.length > 0 ? `process ${others.join(', ')}` : 'this process'}.`,
    });
  };
  try {
    const giveBack = await run.machine.take(wish, { capacity: run.capacity, closed: run.slots.closed, onWait });
    if (giveBack) {
      return () => {
        giveBack();
        give();
      };
    }
  } catch (error) {
    give();
    throw error;
  }
  give();
  return undefined;
}
