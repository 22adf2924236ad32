import { describe, expect, it } from 'vitest';
import { calledCode } from '../../../framework/cache/called-code.ts';
import { noteClasses } from '../../../framework/code/class-source.ts';
import type { PlanNode } from '../../../framework/dag/plan.ts';

class Steps {
  async train(): Promise<number> {
    return this.augment();
  }
  augment(): number {
    return 1;
  }
}
class Fancy extends Steps {
  override augment(): number {
    return 2;
  }
}
class Known extends Steps {}

const node = (receiver: object): PlanNode =>
  ({ receiver, step: { className: 'Steps', method: 'train', file: '/project/steps.ts' } }) as unknown as PlanNode;

describe('the source that a call runs', () => {
  it('is the step’s own class', () => {
    expect(calledCode(node(new Steps()))).toMatchObject({ source: { className: 'Steps' }, problems: [] });
  });

  it('is the subclass of the object it was called on, where the loader has seen it', () => {
    noteClasses();
    const note = (globalThis as unknown as Record<symbol, (classes: object, url: string) => void>)[
      Symbol.for('sluice.classes')
    ];
    note?.({ Known }, import.meta.url);
    expect(calledCode(node(new Known()))).toEqual({
      source: { file: import.meta.filename, className: 'Known', method: 'train' },
      problems: [],
    });
  });

  it('has a problem when a subclass could override what the step calls, unseen', () => {
    expect(calledCode(node(new Fancy())).problems).toEqual([
      { field: 'train', problem: 'it was called on a Fancy, a subclass whose source is not known' },
    ]);
  });
});
