import { pipeline, step } from 'sluice';
import { beforeEach, describe, expect, it } from 'vitest';
import { fakeDigester, openTestStack, runPipeline } from './open-test-stack.ts';

const calls: string[] = [];
/** What the bodies and steps below find outside: chance, the clock, the state of the world. */
const world = { isBroken: false, chance: 1, reading: 1 };
beforeEach(() => {
  calls.length = 0;
  Object.assign(world, { isBroken: false, chance: 1, reading: 1 });
});

class Steps {
  @step() async load(count: number): Promise<{ rows: number[] }> {
    calls.push('load');
    return { rows: Array.from({ length: count }, (_, i) => i) };
  }
  /** Another result at each run. */
  @step({ cache: false }) async read(): Promise<number> {
    calls.push('read');
    return world.reading;
  }
  @step() async fit(value: number): Promise<number> {
    calls.push(`fit ${value}`);
    return value + 1;
  }
  @step() async other(value: number): Promise<number> {
    calls.push(`other ${value}`);
    return value + 2;
  }
  @step() async end(value: number): Promise<number> {
    calls.push('end');
    if (world.isBroken) throw new Error('the disk is full');
    return value;
  }
}
const steps = new Steps();

/** A run that breaks at its last step, and the run that resumes it when the world is whole again. */
async function breakAndResume(
  target: new () => { run(params: object): Promise<unknown> },
  between: () => void = () => {},
  digester = fakeDigester(),
) {
  const stack = await openTestStack();
  Object.assign(world, { isBroken: true, chance: 1 });
  const broken = await runPipeline(target, {}, { stack });
  expect(broken.run.error?.message).toContain('the disk is full');
  world.isBroken = false;
  calls.length = 0;
  between();
  return runPipeline(target, {}, { stack, resumeFrom: broken.run.id, codeDigester: digester });
}

describe('a dynamic run that is resumed', () => {
  @pipeline({ name: 'honest', dynamic: true })
  class Honest {
    async run(_: object) {
      const { rows } = await steps.load(3);
      const reading = await steps.read();
      const fitted = await Promise.all(rows.map((row) => steps.fit(row + reading)));
      return steps.end(fitted.reduce((a, b) => a + b));
    }
  }

  it('plays its body over what was committed, results that are never cached too, and runs the rest', async () => {
    const { run, status, value } = await breakAndResume(Honest);
    expect([calls, run.status, value]).toEqual([['end'], 'succeeded', 9]);
    expect(status).toMatchObject({ load: 'cached', read: 'cached', 'fit-3': 'cached', end: 'succeeded' });
  });

  it('may be resumed again and again', async () => {
    const stack = await openTestStack();
    world.isBroken = true;
    const first = await runPipeline(Honest, {}, { stack });
    const second = await runPipeline(Honest, {}, { stack, resumeFrom: first.run.id });
    world.isBroken = false;
    world.reading = 5;
    const third = await runPipeline(Honest, {}, { stack, resumeFrom: second.run.id });
    expect([third.value, third.status['read']]).toEqual([9, 'cached']);
  });
});

describe('a body that makes other calls when it is resumed', () => {
  @pipeline({ name: 'other-arguments', dynamic: true })
  class OtherArguments {
    async run(_: object) {
      const { rows } = await steps.load(2);
      return steps.end(await steps.fit(rows.length * world.chance));
    }
  }
  @pipeline({ name: 'other-step', dynamic: true })
  class OtherStep {
    async run(_: object) {
      const { rows } = await steps.load(2);
      const next = world.chance === 1 ? steps.fit(rows.length) : steps.other(rows.length);
      return steps.end(await next);
    }
  }
  @pipeline({ name: 'fewer-calls', dynamic: true })
  class FewerCalls {
    async run(_: object) {
      for (let i = 0; i < 3; i += world.chance) await steps.fit(i * 0);
      return steps.end(1);
    }
  }
  const otherChance = (): void => {
    world.chance = 2;
  };

  it('is stopped at a call with other arguments, which is named', async () => {
    const { run, status } = await breakAndResume(OtherArguments, otherChance);
    expect(run.error).toMatchObject({
      code: 'ERR_PIPELINE_NONDETERMINISTIC',
      message: expect.stringContaining('call 2, fit, got other arguments (argument value was 2, and is 4)'),
    });
    expect([status, calls]).toEqual([{ load: 'cached', fit: 'failed' }, []]);
  });

  it('is told which call it did not make, and which one instead', async () => {
    const { run } = await breakAndResume(OtherStep, otherChance);
    expect(run.error).toMatchObject({
      code: 'ERR_PIPELINE_NONDETERMINISTIC',
      message: expect.stringContaining('call 2 was fit, and now it is other'),
    });
    const fewer = await breakAndResume(FewerCalls, otherChance);
    expect(fewer.run.error?.message).toContain('call 3 was fit-3, and now there is no such call');
  });

  it('may do so when a step has another result now', async () => {
    @pipeline({ name: 'reads', dynamic: true })
    class Reads {
      async run(_: object) {
        const early = world.isBroken ? 0 : 0;
        const reading = await steps.end(early).catch(() => 7);
        if (world.isBroken) throw new Error('the disk is full');
        return steps.fit(reading);
      }
    }
    const { run, value } = await breakAndResume(Reads);
    expect([run.status, value]).toEqual(['succeeded', 1]);
  });

  it('may do so when its code was changed', async () => {
    const { run } = await breakAndResume(OtherStep, otherChance, fakeDigester({ run: '2' }));
    expect(run.status).toBe('succeeded');
  });

  it('may take its branches in another order', async () => {
    @pipeline({ name: 'races', dynamic: true })
    class Races {
      async run(_: object) {
        const both = [steps.fit(1), steps.fit(2)];
        const then = async (index: number): Promise<number> => {
          const value = await both[index]!;
          // Later than the other one, or not: what two functions do with calls that a third one made.
          for (let turns = world.chance === index + 1 ? 9 : 0; turns > 0; turns--) {
            await new Promise((next) => setImmediate(next));
          }
          return steps.other(value);
        };
        const values = await Promise.all([then(0), then(1)]);
        return steps.end(values[0]! + values[1]!);
      }
    }
    const { run, value } = await breakAndResume(Races, otherChance);
    expect([run.status, value, calls]).toEqual(['succeeded', 9, ['end']]);
  });
});
