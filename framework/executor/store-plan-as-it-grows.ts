import type { GrowingPlan } from '../dag/growing-plan.ts';
import type { RunScope } from './run-scope.ts';

/** Often enough to watch a run, seldom enough that a plan of thousands of nodes costs little. Milliseconds. */
const EVERY_MS = 500;
/** Share of the time that writing may take. */
const SHARE = 1 / 20;

/** Keeps the stored plan of a dynamic run near the one that grows, for those who look at the run from elsewhere. */
export function storePlanAsItGrows(
  { stack, run }: Pick<RunScope, 'stack' | 'run'>,
  plan: GrowingPlan,
): { stop(): Promise<void> } {
  let stored = 0;
  let writing: Promise<void> = Promise.resolve();
  let timer = setTimeout(look, EVERY_MS);

  function look(): void {
    writing = write();
  }

  async function write(): Promise<void> {
    const began = performance.now();
    if (plan.nodes.length > stored) {
      stored = plan.nodes.length;
      try {
        await stack.metadataStore.updateRun(run.id, { plan: plan.toJSON() });
      } catch {
        // Only for who watches: a store that can't write says so to the steps, and the end of the run writes the plan again.
      }
    }
    timer = setTimeout(look, Math.max(EVERY_MS, (performance.now() - began) / SHARE));
  }

  return {
    async stop() {
      clearTimeout(timer);
      await writing;
      clearTimeout(timer);
    },
  };
}
