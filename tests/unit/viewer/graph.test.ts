import { describe, expect, it } from 'vitest';
import { FOLD_ABOVE, foldPlan, isGroup, type PlanNode, stateOf } from '../../../framework/viewer/graph/fold-plan.ts';
import { quickLayout, SIZES } from '../../../framework/viewer/graph/quick-layout.ts';

const node = (id: string, step: string, ...parents: string[]): PlanNode => ({ id, step, parents });
const fan = (step: string, count: number, parent: (index: number) => string): PlanNode[] =>
  Array.from({ length: count }, (_, index) => node(`${step}-${index}`, step, parent(index)));

/** source → many × load → as many × score, each of its own load → collect */
const wide = (count: number): PlanNode[] => {
  const loads = fan('load', count, () => 'source');
  const scores = fan('score', count, (index) => `load-${index}`);
  return [node('source', 'source'), ...loads, ...scores, node('collect', 'collect', ...scores.map(({ id }) => id))];
};

describe('folding', () => {
  it('draws few alike nodes as they are', () => {
    expect(foldPlan(wide(FOLD_ABOVE), new Set()).every((drawn) => !isGroup(drawn))).toBe(true);
  });

  it('draws a chain of wide fan-outs as a chain of groups', () => {
    const [source, load, score, collect, ...rest] = foldPlan(wide(FOLD_ABOVE + 1), new Set());
    expect(rest).toEqual([]);
    expect([load?.members.length, score?.members.length]).toEqual([FOLD_ABOVE + 1, FOLD_ABOVE + 1]);
    expect([load?.parents, score?.parents, collect?.parents]).toEqual([[source?.id], [load?.id], [score?.id]]);
  });

  it('keeps apart what hangs below different nodes, or is another step', () => {
    const nodes = [
      node('a', 'a'),
      node('b', 'b'),
      ...fan('left', 30, () => 'a'),
      ...fan('right', 30, () => 'b'),
      node('odd', 'left', 'b'),
    ];
    const groups = foldPlan(nodes, new Set()).filter(isGroup);
    expect(groups.map(({ step, members }) => [step, members.length])).toEqual([
      ['left', 30],
      ['right', 30],
    ]);
  });

  it('opens one group and leaves the others', () => {
    const load = foldPlan(wide(30), new Set()).find(({ step }) => step === 'load')!;
    const drawn = foldPlan(wide(30), new Set([load.id]));
    expect(drawn.filter(({ step }) => step === 'load')).toHaveLength(30);
    expect(drawn.filter(({ step }) => step === 'score')).toHaveLength(1);
  });

  it('shows the worst of its members, and cached only when all are', () => {
    expect(stateOf(['succeeded', 'failed', 'running'])).toBe('failed');
    expect(stateOf(['succeeded', 'running', 'pending'])).toBe('running');
    expect(stateOf(['cached', 'succeeded'])).toBe('succeeded');
    expect(stateOf(['cached', 'cached'])).toBe('cached');
  });
});

describe('the quick layout', () => {
  const drawn = foldPlan(wide(60), new Set(['group:1', 'group:2']));
  const places = quickLayout(drawn);

  it('places every node, parents above children, none on another', () => {
    expect(places.size).toBe(drawn.length);
    for (const { id, parents } of drawn)
      for (const parent of parents) expect(places.get(parent)!.y).toBeLessThan(places.get(id)!.y);
    const spots = new Set([...places.values()].map(({ x, y }) => `${x} ${y}`));
    expect(spots.size).toBe(drawn.length);
  });

  it('breaks a wide layer into lines', () => {
    const xs = [...places.values()].map(({ x }) => x);
    expect(Math.max(...xs) - Math.min(...xs)).toBeLessThan(30 * (SIZES.width + SIZES.gapX));
  });
});
