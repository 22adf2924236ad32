import type { PlanNode } from '../dag/plan.ts';
import { sluiceError } from '../errors.ts';
import { amountsOf } from './resource-amounts.ts';
import type { Amounts } from './slots.ts';

/** @throws ERR_RESOURCES for a step that asks for more than there is: it would wait for ever. */
export function checkResources(nodes: readonly PlanNode[], capacity: Amounts): void {
  for (const { id, step } of nodes) {
    const wish = step.options.resources;
    if (!wish) continue;
    for (const [what, amount] of Object.entries(amountsOf(wish))) {
      const has = capacity[what];
      if (has === undefined || amount <= has) continue;
      throw sluiceError('ERR_RESOURCES', { step: id, what, wanted: said(what, amount), has: said(what, has) });
    }
  }
}

const GIB = 2 ** 30;

const said = (what: string, amount: number): string =>
  what === 'memory' ? `${Number((amount / GIB).toFixed(1))} GiB` : String(amount);
