import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlan } from '../../../framework/dag/create-plan.ts';
import type { PlanNode } from '../../../framework/dag/plan.ts';

const node = (id: string, parents: readonly string[]): PlanNode => ({
  id,
  parents,
  receiver: {},
  args: [],
  argNames: [],
  step: { name: id, className: 'S', method: id, file: '', options: {}, body: async () => undefined },
});

describe('createPlan', () => {
  it('puts parents first whatever the order of recording, and is frozen', () => {
    const plan = createPlan({
      pipeline: 'p',
      nodes: [node('c', ['b']), node('b', ['a']), node('a', [])],
      result: null,
    });
    expect(plan.nodes.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(Object.isFrozen(plan.nodes)).toBe(true);
  });

  it('names the path of a cycle', () => {
    const nodes = [node('start', []), node('a', ['start', 'c']), node('b', ['a']), node('c', ['b'])];
    expect(() => createPlan({ pipeline: 'p', nodes, result: null })).toThrow(/cycle: (\w+) → (\w+) → (\w+) → \1/);
  });

  it('refuses a parent that was never called', () => {
    expect(() => createPlan({ pipeline: 'p', nodes: [node('a', ['ghost'])], result: null })).toThrow(/waits for ghost/);
  });

  it('agrees with a plain search on ancestors and descendants of random graphs', () => {
    const graphs = fc
      .array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: 1, maxLength: 12 })
      .map((rows) => rows.map((picks, i) => node(`n${i}`, i === 0 ? [] : [...new Set(picks.map((p) => `n${p % i}`))])));
    fc.assert(
      fc.property(graphs, (nodes) => {
        const plan = createPlan({ pipeline: 'p', nodes, result: null });
        const up = (id: string): Set<string> => new Set(plan.node(id).parents.flatMap((p) => [p, ...up(p)]));
        for (const { id } of nodes) {
          expect(new Set(plan.ancestors(id))).toEqual(up(id));
          expect(new Set(plan.descendants(id))).toEqual(
            new Set(nodes.filter((n) => up(n.id).has(id)).map((n) => n.id)),
          );
        }
      }),
    );
  });
});
