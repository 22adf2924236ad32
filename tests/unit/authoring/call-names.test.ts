import { after, pipeline, step } from 'sluice';
import { describe, expect, it } from 'vitest';
import { namesByLane } from '../../../framework/authoring/call-names.ts';
import { Recorder, recordInto } from '../../../framework/authoring/recorder.ts';

class Steps {
  @step() async load(_value?: unknown): Promise<number> {
    return 0;
  }
  @step() async train(_value?: unknown): Promise<number> {
    return 0;
  }
  @step() async score(_value?: unknown): Promise<number> {
    return 0;
  }
}
const steps = new Steps();
@pipeline({ name: 'tune', dynamic: true })
class Tune {
  async run(_: object) {
    await steps.train();
    return steps.score();
  }
}

/** Ids of the calls of a body, sorted; each call ends after as many turns of the event loop as `turns` says, by the order of the calls. */
async function namesOf(body: () => Promise<unknown>, turns: readonly number[] = []): Promise<readonly string[]> {
  const ids: string[] = [];
  const recorder = new Recorder({
    pipeline: 'test',
    names: namesByLane(),
    isLive: true,
    async answer({ id }) {
      ids.push(id);
      for (let left = turns[ids.length - 1] ?? 1; left > 0; left--) await new Promise((next) => setImmediate(next));
      return 0;
    },
  });
  await recordInto(recorder, body);
  return ids.sort();
}

describe('names of live calls', () => {
  it('count calls that follow one another', async () => {
    const names = await namesOf(async () => {
      await steps.load();
      for (let i = 0; i < 3; i++) await steps.train();
      await steps.score();
    });
    expect(names).toEqual(['load', 'score', 'train', 'train-2', 'train-3']);
  });

  it('count calls that are made together, and leave what comes after all of them in the line', async () => {
    const names = await namesOf(async () => {
      await Promise.all([1, 2, 3].map((value) => steps.train(value)));
      await steps.score();
      const [a, b] = [steps.load(), steps.load()];
      await b;
      await steps.score();
      await a;
      await steps.score();
    });
    expect(names).toEqual(['load', 'load-2', 'score', 'score-2', 'score-3', 'train', 'train-2', 'train-3']);
  });

  it.each([
    ['in order', [1, 5, 9]],
    ['the other way round', [9, 5, 1]],
    ['in the middle first', [5, 1, 9]],
  ])('go by the branch, whichever ends first: %s', async (_, turns) => {
    const train = async (value: number): Promise<number> => {
      const loaded = await steps.load(value);
      return loaded;
    };
    const names = await namesOf(async () => {
      await Promise.all(
        [1, 2, 3].map(async (value) => {
          await steps.train(await train(value));
          await steps.score();
          await steps.score();
        }),
      );
      await steps.load();
    }, turns);
    expect(names).toEqual([
      'load',
      'load-2',
      'load-3',
      'load-4',
      'score',
      'score-2',
      'score-2@load',
      'score-2@load-2',
      'score@load',
      'score@load-2',
      'train',
      'train@load',
      'train@load-2',
    ]);
  });

  it('go by the branch in branches of branches', async () => {
    const body = async (): Promise<void> => {
      await Promise.all(
        [1, 2].map(async (value) => {
          await steps.load(value);
          await Promise.all([1, 2].map(async () => steps.score(await steps.train())));
        }),
      );
    };
    const names = await namesOf(body, [1, 9]);
    expect(names).toEqual([
      'load',
      'load-2',
      'score',
      'score@load',
      'score@train',
      'score@train@load',
      'train',
      'train-2',
      'train-2@load',
      'train@load',
    ]);
    expect(await namesOf(body, [9, 1])).toEqual(names);
  });

  it('take no notice of after()', async () => {
    const names = await namesOf(async () => {
      const loaded = steps.load();
      const trained = after(loaded, () => steps.train());
      await after([loaded, trained], () => steps.score());
      await after(trained, () => steps.score());
    });
    expect(names).toEqual(['load', 'score', 'score-2', 'train']);
  });

  it('stand behind the call of the pipeline that they belong to', async () => {
    const names = await namesOf(async () => {
      await steps.load();
      await Promise.all([new Tune().run({}), new Tune().run({})]);
      await steps.score();
    });
    expect(names).toEqual(['load', 'score', 'tune-2~score', 'tune-2~train', 'tune~score', 'tune~train']);
  });

  it('go by the branch for pipelines too', async () => {
    const body = async (): Promise<void> => {
      const loads = [1, 2].map((value) => steps.load(value).then(() => new Tune().run({})));
      await Promise.all(loads);
    };
    const names = await namesOf(body, [1, 9]);
    expect(names).toEqual(['load', 'load-2', 'tune@load~score', 'tune@load~train', 'tune~score', 'tune~train']);
    expect(await namesOf(body, [9, 1])).toEqual(names);
  });
});

describe('after()', () => {
  it('takes results, promises of calls and lists of them, and no other promise', async () => {
    const parents: Record<string, readonly string[]> = {};
    const recorder = new Recorder({
      pipeline: 'test',
      names: namesByLane(),
      isLive: true,
      async answer(node) {
        parents[node.id] = node.parents;
        return 0;
      },
    });
    await recordInto(recorder, async () => {
      const loaded = steps.load();
      const trained = steps.train();
      await after(loaded, () => steps.score());
      await after([loaded, trained], () => steps.score());
      await after(loaded, () => after(trained, () => steps.score()));
      const other = Promise.all([loaded]);
      expect(() => after(other, () => steps.score())).toThrow(
        expect.objectContaining({ code: 'ERR_PIPELINE_DEFINITION' }),
      );
    });
    expect(parents).toMatchObject({
      score: ['load'],
      'score-2': ['load', 'train'],
      'score-3': ['load', 'train'],
    });
  });
});
