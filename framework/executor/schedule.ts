import type { Plan } from '../dag/plan.ts';
import type { RunMode } from '../model/run.ts';

/** How a node ended, as far as the order of things cares. */
export type NodeEnding = 'done' | 'failed' | 'stopped';

export interface ScheduleOptions {
  readonly mode: RunMode;
  /** Runs one node whose parents are done. Limits of parallelism are its own affair; must not throw. */
  runNode(id: string): Promise<NodeEnding>;
  /** A node that will never run because `because` did not end well (or the run stopped). */
  skip(id: string, because: string): Promise<void>;
  /** Called once, at the first failure, unless the mode is `continue`. From then on no node starts. */
  onHalt(failed: string): void;
  /** True once nothing more may start: the run was cancelled. */
  isHalted(): boolean;
}

/**
 * Walks a plan: every node runs once, after all its parents are done; what hangs on a failed one is skipped.
 * Resolves when nothing runs and nothing can run any more.
 */
export async function schedule(plan: Pick<Plan, 'nodes' | 'children'>, options: ScheduleOptions): Promise<void> {
  const missing = new Map(plan.nodes.map(({ id, parents }) => [id, parents.length]));
  const untouched = new Set(missing.keys());
  let failed: string | undefined;
  const halted = (): boolean => options.isHalted() || (failed !== undefined && options.mode !== 'continue');

  async function settle(id: string, ending: NodeEnding): Promise<void> {
    if (ending === 'failed') {
      const first = failed === undefined;
      failed ??= id;
      if (first && options.mode !== 'continue') options.onHalt(id);
    }
    if (ending === 'done') await release(id);
    else await skipBelow(id);
  }

  async function release(id: string): Promise<void> {
    const ready: string[] = [];
    for (const child of plan.children(id)) {
      const left = missing.get(child)! - 1;
      missing.set(child, left);
      if (left === 0 && untouched.has(child)) ready.push(child);
    }
    await startAll(ready);
  }

  async function startAll(ids: readonly string[]): Promise<void> {
    if (halted()) return;
    await Promise.all(
      ids.map(async (id) => {
        untouched.delete(id);
        await settle(id, await options.runNode(id));
      }),
    );
  }

  async function skipBelow(id: string): Promise<void> {
    const below = [...plan.children(id)];
    for (let child = below.pop(); child !== undefined; child = below.pop()) {
      if (!untouched.delete(child)) continue;
      await options.skip(child, id);
      below.push(...plan.children(child));
    }
  }

  await startAll(plan.nodes.filter(({ parents }) => parents.length === 0).map(({ id }) => id));
  for (const id of [...untouched]) await options.skip(id, failed ?? '');
}
