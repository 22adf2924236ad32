import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Plan, PlanNode } from '../../../framework/dag/plan.ts';
import { schedule } from '../../../framework/executor/schedule.ts';
import { createSlots } from '../../../framework/executor/slots.ts';

/** Parents of node i, all smaller than i; whether it fails. */
interface Graph {
  readonly parents: readonly (readonly number[])[];
  readonly failing: ReadonlySet<number>;
  readonly mode: 'fail-fast' | 'stop' | 'continue';
  readonly parallel: number;
}

const graphs = (nodes: number): fc.Arbitrary<Graph> =>
  fc.integer({ min: 1, max: nodes }).chain((size) =>
    fc.record({
      parents: fc.tuple(
        ...Array.from({ length: size }, (_, i) =>
          i === 0 ? fc.constant([] as number[]) : fc.uniqueArray(fc.nat(i - 1), { maxLength: 3 }),
        ),
      ),
      failing: fc.uniqueArray(fc.nat(size - 1), { maxLength: 2 }).map((ids) => new Set(ids)),
      mode: fc.constantFrom('fail-fast' as const, 'stop' as const, 'continue' as const),
      parallel: fc.integer({ min: 1, max: 4 }),
    }),
  );

const below = ({ parents }: Graph, roots: ReadonlySet<number>): Set<number> => {
  const found = new Set<number>();
  parents.forEach((own, i) => {
    if (own.some((parent) => roots.has(parent) || found.has(parent))) found.add(i);
  });
  return found;
};

function planOf({ parents }: Graph): Pick<Plan, 'nodes' | 'children'> {
  const nodes = parents.map((own, i) => ({ id: `n${i}`, parents: own.map((p) => `n${p}`) }) as unknown as PlanNode);
  return { nodes, children: (id) => nodes.filter((node) => node.parents.includes(id)).map((node) => node.id) };
}

describe('schedule', () => {
  it('starts each node once, after its parents, within the limit, and nothing below a failure', async () => {
    await fc.assert(
      fc.asyncProperty(graphs(12), fc.scheduler(), async (graph, s) => {
        const [started, done, skipped] = [[] as string[], new Set<string>(), [] as string[]];
        const slots = createSlots({ step: graph.parallel });
        const plan = planOf(graph);
        let running = 0;
        const walk = schedule(plan, {
          mode: graph.mode,
          isHalted: () => false,
          onHalt: () => slots.close(),
          async runNode(id) {
            const give = await slots.take({ step: 1 });
            if (!give) return 'stopped';
            started.push(id);
            for (const parent of plan.nodes.find((node) => node.id === id)!.parents) expect(done).toContain(parent);
            expect(++running).toBeLessThanOrEqual(graph.parallel);
            await s.schedule(Promise.resolve(), id);
            running--;
            give();
            if (graph.failing.has(Number(id.slice(1)))) return 'failed';
            done.add(id);
            return 'done';
          },
          async skip(id) {
            skipped.push(id);
          },
        });
        await s.waitFor(walk);
        expect(new Set(started).size).toBe(started.length);
        expect(started.filter((id) => below(graph, graph.failing).has(Number(id.slice(1))))).toEqual([]);
        expect(started.filter((id) => skipped.includes(id))).toEqual([]);
        if (graph.mode === 'continue') expect(started.length + skipped.length).toBe(graph.parents.length);
        if (graph.failing.size === 0) expect(done.size).toBe(graph.parents.length);
      }),
      { numRuns: 300 },
    );
  });
});
