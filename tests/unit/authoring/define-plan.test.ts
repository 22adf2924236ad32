import { after, definePlan, inputError, pipeline, step } from 'sluice';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OutputRef } from '../../../framework/dag/output-ref.ts';
import { FixtureSteps } from './fixture-steps.ts';

@pipeline({ name: 'grid', params: z.object({ source: z.string(), epochs: z.array(z.number().int()).default([1, 2]) }) })
class Grid {
  constructor(private readonly steps = new FixtureSteps()) {}

  async run({ source, epochs }: { source: string; epochs: number[] }) {
    const { train, val } = await this.steps.split(source);
    const scores = await Promise.all(
      epochs.map(async (count) => {
        const model = await this.steps.trainModel(train, { epochs: count });
        return this.steps.evaluate(model.path, val);
      }),
    );
    return { scores, count: await this.steps.collect({ list: scores }) };
  }
}

/** A pipeline class around one body, for misuse. */
function bodyOf(body: (steps: FixtureSteps) => Promise<unknown>) {
  @pipeline({ name: 'body' })
  class Body {
    run() {
      return body(new FixtureSteps());
    }
  }
  return Body;
}

const message = (body: (steps: FixtureSteps) => Promise<unknown>): Promise<string> =>
  definePlan(bodyOf(body), {}).then(
    () => 'accepted',
    (error: Error & { code?: string; hint?: string }) => `${error.code} ${error.message}\n${error.hint}`,
  );

describe('a step outside a run', () => {
  it('is a plain method with its receiver', async () => {
    expect(await new FixtureSteps(0.5).split('s')).toEqual({ train: 's/train-0.5', val: 's/val-0.5' });
  });

  it('lets a whole pipeline body run as plain code', async () => {
    expect(await new Grid().run({ source: 's', epochs: [1] })).toMatchObject({ count: 1 });
  });
});

describe('definePlan', () => {
  it('records loops, Promise.all and references inside objects and arrays', async () => {
    const { plan } = await definePlan(Grid, { source: 's', epochs: [3, 4] });
    expect(plan.toText()).toBe(
      [
        'grid · 6 steps',
        '  split',
        '  train       ← split.train',
        '  train-2     ← split.train',
        '  evaluate    ← train.path, split.val',
        '  evaluate-2  ← train-2.path, split.val',
        '  collect     ← evaluate, evaluate-2',
      ].join('\n'),
    );
    expect(plan.node('train-2').args).toEqual([new OutputRef('split', ['train']), { epochs: 4 }]);
    expect(plan.node('train').argNames).toEqual(['data', 'argument 2']);
    expect(plan.result).toMatchObject({ count: new OutputRef('collect', []) });
  });

  it('fills defaults and refuses wrong parameters, naming each with its value', async () => {
    expect((await definePlan(Grid, { source: 's' })).params).toEqual({ source: 's', epochs: [1, 2] });
    await expect(definePlan(Grid, { source: 3, epochs: ['x'] })).rejects.toMatchObject({
      code: 'ERR_PARAMS',
      message: expect.stringMatching(/source: .*got 3[\s\S]*epochs\.0: .*got "x"/),
    });
  });

  it('keeps two plans made at once apart', async () => {
    const [a, b] = await Promise.all([
      definePlan(Grid, { source: 'a', epochs: [1] }),
      definePlan(Grid, { source: 'b', epochs: [1, 2, 3] }),
    ]);
    expect([a.plan.nodes.length, b.plan.nodes.length]).toEqual([4, 8]);
  });

  it('takes a snapshot of arguments: later changes by the body do not reach the plan', async () => {
    const { plan } = await definePlan(
      bodyOf(async (steps) => {
        const options = { epochs: 1 };
        await steps.trainModel('d', options);
        options.epochs = 2;
        await steps.trainModel('d', options);
      }),
      {},
    );
    expect(plan.nodes.map((node) => node.args[1])).toEqual([{ epochs: 1 }, { epochs: 2 }]);
    expect(() => Object.assign(plan.nodes[0]?.args[1] as object, { epochs: 9 })).toThrow(TypeError);
  });

  it('orders without data by after(), which is a plain call elsewhere', async () => {
    const { plan } = await definePlan(
      bodyOf(async (steps) => {
        const first = await steps.split('a');
        return after(first, () => steps.decide(1));
      }),
      {},
    );
    expect(plan.node('decide').parents).toEqual(['split']);
    expect(plan.toMermaid()).toContain('s0 -.-> s1');
    expect(await after('anything', () => new FixtureSteps().decide(1))).toBe(true);
  });

  it('takes the promise of a call in after(), and no other', async () => {
    const { plan } = await definePlan(
      bodyOf(async (steps) => {
        const both = [steps.split('a'), steps.decide(1)];
        return after(both, () => steps.decide(2));
      }),
      {},
    );
    expect(plan.node('decide-2').parents).toEqual(['split', 'decide']);
    const other = definePlan(
      bodyOf(async (steps) =>
        after(
          Promise.resolve(steps.split('a')).then(() => 1),
          () => steps.decide(2),
        ),
      ),
      {},
    );
    await expect(other).rejects.toMatchObject({ code: 'ERR_PIPELINE_DEFINITION' });
  });

  it('knows the file each step comes from', async () => {
    const { plan } = await definePlan(Grid, { source: 's' });
    expect(plan.node('split').step.file).toMatch(/tests[\\/]unit[\\/]authoring[\\/]fixture-steps\.ts$/);
  });
});

describe('a value that does not exist yet', () => {
  it.each<[string, (value: { score: number; tags: string[] }) => unknown, RegExp]>([
    ['compared', (m) => m.score > 0.5, /calculate with or compare evaluate\.score/],
    ['in a template', (m) => `${m.score}`, /turn into text evaluate\.score/],
    ['added', (m) => m.score + 1, /calculate with or compare/],
    ['mapped', (m) => m.tags.map((tag) => tag), /call evaluate\.tags\.map/],
    ['looped over', (m) => [...m.tags], /iterate over evaluate\.tags/],
    ['spread', (m) => ({ ...m }), /spread or list the keys of evaluate/],
    ['serialised', (m) => JSON.stringify(m), /serialise evaluate/],
    ['written to', (m) => Object.assign(m, { score: 1 }), /write to evaluate\.score/],
    ['asked with in', (m) => 'score' in m, /look inside evaluate/],
    ['asked with instanceof', (m) => (m as object) instanceof Map, /look inside evaluate/],
    ['concatenated', (m) => ['x'].concat(m.tags), /append the items of evaluate\.tags/],
    ['hidden in a Map', (m) => new FixtureSteps().decide(new Map([['a', m.score]]) as never), /pass, inside a Map/],
  ])('is refused with the wrong and the right code when %s', async (_, use, expected) => {
    const said = await message(async (steps) => use(await steps.evaluate('p', 'v')));
    expect(said).toMatch(/^ERR_SYMBOLIC_VALUE/);
    expect(said).toMatch(expected);
    expect(said).toMatch(/wrong: .+\n {2}right: .+/);
    expect(said).toContain('@pipeline({ dynamic: true })');
  });
});

describe('misuse of decorators', () => {
  it('refuses bad names, duplicates and static methods with the way out', () => {
    const codeOf = (make: () => unknown): unknown => {
      try {
        return make();
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(
      codeOf(() => {
        class A {
          @step({ name: 'No Spaces' }) async a() {}
        }
        return A;
      }),
    ).toBe('ERR_STEP_DEFINITION');
    expect(
      codeOf(() => {
        class A {
          @step({ name: 'same' }) async a() {}
          @step({ name: 'same' }) async b() {}
        }
        return A;
      }),
    ).toBe('ERR_STEP_DEFINITION');
    expect(
      codeOf(() => {
        class A {
          @step() static async a() {}
        }
        return A;
      }),
    ).toBe('ERR_STEP_DEFINITION');
    expect(
      codeOf(() => {
        @pipeline({ name: 'Bad Name' })
        class A {
          async run() {}
        }
        return A;
      }),
    ).toBe('ERR_PIPELINE_DEFINITION');
  });

  it('refuses two classes whose steps share a name in one plan', async () => {
    class Other {
      @step() async split() {}
    }
    expect(
      await message(async (steps) => {
        await steps.split('s');
        await new Other().split();
      }),
    ).toMatch(/FixtureSteps\.split and Other\.split have the same name/);
  });

  it('says that parameters are refused when the body calls them bad input: no step has run', async () => {
    @pipeline({ name: 'picky' })
    class Picky {
      run({ folder }: { folder: string }): Promise<never> {
        throw inputError(`There is no folder ${folder}.`, 'Make it.');
      }
    }
    await expect(definePlan(Picky, { folder: 'x' })).rejects.toMatchObject({
      code: 'ERR_PARAMS',
      exitCode: 2,
      message: expect.stringContaining('There is no folder x.'),
      hint: 'Make it.',
      cause: { code: 'ERR_INPUT' },
    });
  });

  it('refuses a class without @pipeline', async () => {
    class Plain {
      async run() {}
    }
    await expect(definePlan(Plain, {})).rejects.toMatchObject({ code: 'ERR_PIPELINE_DEFINITION' });
  });
});
