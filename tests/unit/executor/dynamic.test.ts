import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  after,
  DirectoryRef,
  definePlan,
  FileRef,
  type PipelineClass,
  pipeline,
  StepFailure,
  step,
  stepContext,
} from 'sluice';
import { beforeEach, describe, expect, it } from 'vitest';
import { overrideSteps } from '../../../framework/cli/params/override-steps.ts';
import { execute } from '../../../framework/executor/execute.ts';
import { fakeDigester, openTestStack, runPipeline } from './open-test-stack.ts';

const calls: string[] = [];
beforeEach(() => {
  calls.length = 0;
});
const since = (): string[] => calls.splice(0).sort();

/** Ends the steps that wait for it, by name. */
const gates = new Map<string, PromiseWithResolvers<void>>();
const gate = (name: string): PromiseWithResolvers<void> => {
  const known = gates.get(name) ?? Promise.withResolvers<void>();
  gates.set(name, known);
  return known;
};
beforeEach(() => gates.clear());

class Steps {
  @step() async load(count: number): Promise<{ rows: number[]; names: { id: string }[]; size: number }> {
    calls.push('load');
    const rows = Array.from({ length: count }, (_, i) => i);
    return { rows, names: rows.map((i) => ({ id: `n${i}` })), size: count };
  }
  @step() async total(rows: readonly number[]): Promise<number> {
    calls.push('total');
    return rows.reduce((sum, row) => sum + row, 0);
  }
  @step() async shout(item: { readonly id: string }): Promise<string> {
    calls.push(`shout ${item.id}`);
    return item.id.toUpperCase();
  }
  @step() async join(words: readonly string[]): Promise<string> {
    calls.push('join');
    return words.join(' ');
  }
  @step() async fail(message: string): Promise<number> {
    calls.push('fail');
    throw new Error(message);
  }
  @step() async gated(name: string): Promise<string> {
    calls.push(`gated ${name}`);
    await gate(name).promise;
    return name;
  }
  @step() async next(value: string): Promise<string> {
    calls.push(`next ${value}`);
    return `${value}+`;
  }
}
const steps = new Steps();

describe('a dynamic pipeline', () => {
  @pipeline({ name: 'decides', dynamic: true })
  class Decides {
    async run({ count }: { count: number }) {
      const { rows, names, size } = await steps.load(count);
      const total = await steps.total(rows);
      if (total > 5) return { total, words: await steps.join(['many', String(size)]) };
      const words = await Promise.all(names.map((name) => steps.shout(name)));
      return { total, words: await steps.join(words) };
    }
  }

  it('decides, loops and fans out on real values', async () => {
    const stack = await openTestStack();
    const few = await runPipeline(Decides, { count: 3 }, { stack });
    expect(few.run).toMatchObject({ status: 'succeeded', result: { total: 3, words: 'N0 N1 N2' } });
    expect(few.value).toEqual({ total: 3, words: 'N0 N1 N2' });
    expect(few.steps.map(({ node }) => node)).toEqual(['load', 'total', 'shout', 'shout-2', 'shout-3', 'join']);
    const many = await runPipeline(Decides, { count: 9 }, { stack });
    expect([many.value, Object.keys(many.status)]).toEqual([{ total: 36, words: 'many 9' }, ['load', 'total', 'join']]);
  });

  it('is served from the cache, and only what changed runs', async () => {
    const stack = await openTestStack();
    const first = await runPipeline(Decides, { count: 3 }, { stack });
    since();
    const again = await runPipeline(Decides, { count: 3 }, { stack });
    expect([since(), new Set(Object.values(again.status))]).toEqual([[], new Set(['cached'])]);
    expect(again.steps.map(({ origin }) => origin)).toEqual(first.steps.map(({ id }) => id));
    // An item of a list is the same argument, whatever else is in the list.
    await runPipeline(Decides, { count: 2 }, { stack });
    expect(since()).toEqual(['join', 'load', 'total']);
  });

  it('leaves the record that a static one leaves, with the plan as it came to be', async () => {
    const stack = await openTestStack();
    const { run, events } = await runPipeline(Decides, { count: 2 }, { stack });
    const stored = await stack.metadataStore.findRun(run.id);
    expect(stored?.plan).toMatchObject({
      dynamic: true,
      nodes: [
        { id: 'load', parents: [] },
        { id: 'total', parents: ['load'], inputs: ['load.rows'] },
        { id: 'shout', parents: ['load'], inputs: [] },
        { id: 'shout-2', parents: ['load'] },
        { id: 'join', parents: [] },
      ],
    });
    const rows = await stack.metadataStore.stepRuns(run.id);
    expect(rows.map(({ node, status }) => [node, status])).toEqual(
      ['load', 'total', 'shout', 'shout-2', 'join'].map((node) => [node, 'succeeded']),
    );
    const told = events.filter(({ type }) => type === 'step-added' || type === 'step-succeeded');
    expect(told).toHaveLength(10);
    expect(events.at(0)?.type).toBe('run-started');
    expect(events.at(-1)?.type).toBe('run-finished');
  });

  it('shows its calls, and the plan so far, while it runs', async () => {
    @pipeline({ name: 'shows', dynamic: true })
    class Shows {
      async run(_: object) {
        return steps.gated(await steps.next('a'));
      }
    }
    const stack = await openTestStack();
    let id = '';
    const running = runPipeline(
      Shows,
      {},
      {
        stack,
        onEvent: (event) => {
          if (event.type === 'run-started') id = event.run.id;
        },
      },
    );
    await expect
      .poll(async () => ((await stack.metadataStore.findRun(id))?.plan as { nodes: unknown[] } | undefined)?.nodes)
      .toHaveLength(2);
    const rows = await stack.metadataStore.stepRuns(id);
    expect(rows.map(({ node, status }) => [node, status])).toEqual([
      ['next', 'succeeded'],
      ['gated', 'running'],
    ]);
    gate('a+').resolve();
    expect((await running).value).toBe('a+');
  });

  it('takes options for its steps, and tries again as they say', async () => {
    let tries = 0;
    class Flaky {
      @step() async sometimes(): Promise<number> {
        tries++;
        if (tries < 3) throw new Error(`try ${tries}`);
        return tries;
      }
    }
    @pipeline({ name: 'flaky', dynamic: true })
    class FlakyPipeline {
      async run(_: object) {
        return new Flaky().sometimes();
      }
    }
    const stack = await openTestStack();
    const { plan, params } = await definePlan(FlakyPipeline, {});
    const overrides = { sometimes: { retry: { attempts: 3, backoff: 1 } } };
    const options = { stack, pipeline: FlakyPipeline as PipelineClass, params, codeDigester: fakeDigester() };
    const { run, steps: made } = await execute(overrideSteps(plan, overrides, 'config.yaml'), options);
    expect([run.status, run.result, made[0]?.attempts]).toEqual(['succeeded', 3, 3]);
  });

  it('keys a result that is handed on by its digest, as a static pipeline does', async () => {
    @pipeline({ name: 'decides-not' })
    class Static {
      async run({ count }: { count: number }) {
        const { rows } = await steps.load(count);
        return steps.total(rows);
      }
    }
    const stack = await openTestStack();
    await runPipeline(Static, { count: 3 }, { stack });
    since();
    await runPipeline(Decides, { count: 3 }, { stack });
    expect(since()).not.toContain('total');
    const [, total] = (await runPipeline(Decides, { count: 3 }, { stack })).steps;
    expect(total?.parts.map(({ part }) => part)).toContain('input rows');
  });

  it('runs calls that are not awaited side by side, within the limit', async () => {
    @pipeline({ name: 'beside', dynamic: true })
    class Beside {
      async run(_: object) {
        const both = [steps.gated('a'), steps.gated('b')];
        return Promise.all(both);
      }
    }
    const stack = await openTestStack();
    const running = runPipeline(Beside, {}, { stack, maxParallel: 2 });
    await expect.poll(() => calls.length).toBe(2);
    gate('a').resolve();
    gate('b').resolve();
    expect((await running).value).toEqual(['a', 'b']);
    gates.clear();
    const one = runPipeline(Beside, {}, { stack, maxParallel: 1, refresh: true });
    await expect.poll(() => calls.length).toBe(3);
    gate('a').resolve();
    await expect.poll(() => calls.length).toBe(4);
    gate('b').resolve();
    expect((await one).value).toEqual(['a', 'b']);
  });

  it('leaves calls that a step makes of other steps what they are: plain ones', async () => {
    class Outer {
      @step() async both(word: string): Promise<string> {
        return `${await steps.next(word)} ${await new Inner().run({ name: word })}`;
      }
    }
    @pipeline({ name: 'in-step', dynamic: true })
    class Inner {
      async run({ name }: { name: string }) {
        return steps.shout({ id: name });
      }
    }
    @pipeline({ name: 'calls-step', dynamic: true })
    class CallsStep {
      async run(_: object) {
        return new Outer().both('a');
      }
    }
    const { value, status } = await runPipeline(CallsStep, {}, { stack: await openTestStack() });
    expect([value, status]).toEqual(['a+ A', { both: 'succeeded' }]);
  });

  it('fans out a thousand wide', async () => {
    @pipeline({ name: 'wide', dynamic: true })
    class Wide {
      async run(_: object) {
        const { names } = await steps.load(1000);
        return (await Promise.all(names.map((name) => steps.shout(name)))).length;
      }
    }
    const stack = await openTestStack();
    const { value, run } = await runPipeline(Wide, {}, { stack });
    expect(value).toBe(1000);
    const rows = await stack.metadataStore.stepRuns(run.id);
    expect([rows.length, rows.at(-1)?.node, rows.every(({ status }) => status === 'succeeded')]).toEqual([
      1001,
      'shout-1000',
      true,
    ]);
  });
});

describe('names of calls', () => {
  @pipeline({ name: 'branches', dynamic: true })
  class Branches {
    async run({ names }: { names: readonly string[] }) {
      const ends = await Promise.all(
        names.map(async (name) => {
          const first = await steps.gated(name);
          const second = await steps.next(first);
          return steps.next(second);
        }),
      );
      return steps.join(ends);
    }
  }
  const NAMES = ['a', 'b', 'c'];
  const runInOrder = async (order: readonly string[]) => {
    const running = runPipeline(Branches, { names: NAMES }, { stack: await openTestStack() });
    for (const name of order) {
      await expect.poll(() => calls).toContain(`gated ${name}`);
      gate(name).resolve();
      await expect.poll(() => calls).toContain(`next ${name}+`);
    }
    return running;
  };

  it('do not depend on what ends first', async () => {
    const valuesByNode = async (order: readonly string[]) => {
      gates.clear();
      calls.length = 0;
      const { steps: made, run } = await runInOrder(order);
      expect(run.result).toBe('a++ b++ c++');
      return Object.fromEntries(
        made.map(({ node, output }) => [node, output?.kind === 'value' ? output.value.digest : undefined]),
      );
    };
    const forth = await valuesByNode(['a', 'b', 'c']);
    expect(await valuesByNode(['c', 'b', 'a'])).toEqual(forth);
    expect(await valuesByNode(['b', 'c', 'a'])).toEqual(forth);
    expect(Object.keys(forth).sort()).toEqual([
      'gated',
      'gated-2',
      'gated-3',
      'join',
      'next',
      'next-2',
      'next-2@gated',
      'next-2@gated-2',
      'next@gated',
      'next@gated-2',
    ]);
  });
});

describe('results in the hands of a body', () => {
  class Kinds {
    @step() async make(): Promise<{ list: number[]; map: Map<string, number>; bytes: Uint8Array; when: Date }> {
      return { list: [1, 2], map: new Map([['a', 1]]), bytes: Uint8Array.of(1, 2), when: new Date(0) };
    }
    @step() async read(value: unknown): Promise<string> {
      calls.push('read');
      return value instanceof Map ? JSON.stringify([...value]) : JSON.stringify(value);
    }
    @step() async file(text: string): Promise<{ file: FileRef; shards: FileRef[] }> {
      const paths = ['a', 'b'].map((name) => {
        const path = join(stepContext().workDir, `${name}.txt`);
        writeFileSync(path, `${text} ${name}`);
        return FileRef.of(path);
      });
      return { file: paths[0]!, shards: paths };
    }
    @step() async size(file: FileRef): Promise<number> {
      calls.push(`size ${file.name}`);
      return readFileSync(file.path).length;
    }
  }
  const kinds = new Kinds();

  it('are frozen, and say so when they are changed', async () => {
    @pipeline({ name: 'sorts', dynamic: true })
    class Sorts {
      async run({ copy }: { copy: boolean }) {
        const { list } = await kinds.make();
        const sorted = (copy ? [...list] : list).sort((a, b) => b - a);
        return kinds.read(sorted);
      }
    }
    const stack = await openTestStack();
    expect((await runPipeline(Sorts, { copy: true }, { stack })).value).toBe('[2,1]');
    const { run } = await runPipeline(Sorts, { copy: false }, { stack });
    expect(run.error).toMatchObject({ code: 'ERR_PIPELINE_BODY', hint: expect.stringContaining('change a copy') });
    expect(run.error?.stack).toContain('dynamic.test.ts');
  });

  it('are refused where they were changed and could not be frozen', async () => {
    @pipeline({ name: 'adds', dynamic: true })
    class Adds {
      async run({ what }: { what: 'map' | 'bytes' | 'nothing' | 'a copy' }) {
        const { map, bytes } = await kinds.make();
        if (what === 'map') map.set('b', 2);
        if (what === 'bytes') bytes[0] = 9;
        if (what === 'a copy') return kinds.read(new Map([...map, ['b', 2]]));
        return [await kinds.read(map), await kinds.read(bytes)];
      }
    }
    const stack = await openTestStack();
    expect((await runPipeline(Adds, { what: 'nothing' }, { stack })).run.status).toBe('succeeded');
    expect((await runPipeline(Adds, { what: 'a copy' }, { stack })).value).toBe('[["a",1],["b",2]]');
    for (const what of ['map', 'bytes'] as const) {
      const { run } = await runPipeline(Adds, { what }, { stack });
      expect(run.error).toMatchObject({ code: 'ERR_PIPELINE_BODY', message: expect.stringContaining(`make.${what}`) });
    }
  });

  it('may be files, alone and in lists', async () => {
    @pipeline({ name: 'files', dynamic: true })
    class Files {
      async run({ text }: { text: string }) {
        const { file, shards } = await kinds.file(text);
        const sizes = await Promise.all([file, ...shards].map((one) => kinds.size(one)));
        return { text: readFileSync(file.path, 'utf8'), sizes, file };
      }
    }
    const stack = await openTestStack();
    const { value, run } = await runPipeline(Files, { text: 'x' }, { stack });
    expect(value).toMatchObject({ text: 'x a', sizes: [3, 3, 3] });
    expect(run.result).toMatchObject({ file: { format: 'file', size: 3 } });
    since();
    await runPipeline(Files, { text: 'x' }, { stack });
    expect(since()).toEqual([]);
    expect(value).not.toBeInstanceOf(DirectoryRef);
  });
});

describe('when a step of a dynamic pipeline fails', () => {
  it('its call rejects with what the record says, and the run fails with it', async () => {
    @pipeline({ name: 'fails', dynamic: true })
    class Fails {
      async run(_: object) {
        await steps.fail('no luck');
        return steps.next('never');
      }
    }
    const { run, status, events } = await runPipeline(Fails, {}, { stack: await openTestStack() });
    expect(run).toMatchObject({ status: 'failed', error: { code: 'ERR_STEP_FAILED', message: 'no luck' } });
    expect(run.error?.stack).toMatch(/Steps\.fail .*dynamic\.test\.ts:\d+/);
    expect(status).toEqual({ fail: 'failed' });
    expect(events.map(({ type }) => type)).toContain('step-failed');
  });

  it('the body may catch that and go on, and the run succeeds', async () => {
    @pipeline({ name: 'catches', dynamic: true })
    class Catches {
      async run(_: object) {
        try {
          return await steps.fail('no luck');
        } catch (error) {
          if (!(error instanceof StepFailure)) throw error;
          return steps.next(`${error.step} ${error.code} ${error.message}`);
        }
      }
    }
    for (const mode of ['fail-fast', 'stop', 'continue'] as const) {
      const { run, status, value } = await runPipeline(Catches, {}, { stack: await openTestStack(), mode });
      expect([run.status, value]).toEqual(['succeeded', 'fail ERR_STEP_FAILED no luck+']);
      expect(status).toEqual({ fail: 'failed', next: 'succeeded' });
    }
  });

  it('what the body throws itself is the error of the run, with its line', async () => {
    @pipeline({ name: 'throws', dynamic: true })
    class Throws {
      async run(_: object) {
        const word = await steps.next('a');
        throw new Error(`not a number: ${word}`);
      }
    }
    const { run } = await runPipeline(Throws, {}, { stack: await openTestStack() });
    expect(run.error).toMatchObject({
      code: 'ERR_PIPELINE_BODY',
      message: 'The body of pipeline throws failed: not a number: a+',
    });
    expect(run.error?.stack).toMatch(/Throws\.run .*dynamic\.test\.ts:\d+/);
  });

  class Modes {
    @step() async bad(): Promise<number> {
      await gate('bad').promise;
      throw new Error('bad');
    }
    @step() async slow(): Promise<string> {
      gate('bad').resolve();
      const { signal } = stepContext();
      const stopped = new Promise<void>((done) => signal.addEventListener('abort', () => done()));
      await Promise.race([gate('slow').promise, stopped]);
      signal.throwIfAborted();
      return 'slow';
    }
  }
  @pipeline({ name: 'modes', dynamic: true })
  class ModesPipeline {
    async run(_: object) {
      const other = async (): Promise<string> => steps.next(await new Modes().slow());
      return Promise.all([new Modes().bad(), other()]);
    }
  }

  it('fail-fast cancels what runs when the body fails, stop lets it end, continue lets its branch go on', async () => {
    const runIn = async (mode: 'fail-fast' | 'stop' | 'continue') => {
      gates.clear();
      return runPipeline(
        ModesPipeline,
        {},
        {
          stack: await openTestStack(),
          mode,
          onEvent: (event) => {
            if (event.type === 'step-failed') setTimeout(() => gate('slow').resolve(), 20);
          },
        },
      );
    };
    const fast = await runIn('fail-fast');
    expect([fast.run.status, fast.run.error?.message, fast.status]).toEqual([
      'failed',
      'bad',
      { bad: 'failed', slow: 'cancelled' },
    ]);
    expect((await runIn('stop')).status).toEqual({ bad: 'failed', slow: 'succeeded' });
    const { run, status } = await runIn('continue');
    expect(run.status).toBe('failed');
    expect(Object.values(status).sort()).toEqual(['failed', 'succeeded', 'succeeded']);
  });
});

describe('after() in a dynamic pipeline', () => {
  @pipeline({ name: 'ordered', dynamic: true })
  class Ordered {
    async run({ first }: { first: 'gated' | 'fail' }) {
      const earlier = first === 'gated' ? steps.gated('x') : steps.fail('x');
      const later = after(earlier, () => steps.next('y'));
      return Promise.allSettled([earlier, later]);
    }
  }
  it('waits for a call that was not awaited, and keeps it out of the key', async () => {
    const stack = await openTestStack();
    const running = runPipeline(Ordered, { first: 'gated' }, { stack });
    await expect.poll(() => calls).toEqual(['gated x']);
    gate('x').resolve();
    const { steps: made, run } = await running;
    expect(calls).toEqual(['gated x', 'next y']);
    expect(made[1]?.parts.map(({ part }) => part)).not.toContain('input value');
    expect(await stack.metadataStore.findRun(run.id)).toMatchObject({ plan: { nodes: [{}, { parents: ['gated'] }] } });
  });
  it('skips what comes after a failure', async () => {
    const { status, run } = await runPipeline(Ordered, { first: 'fail' }, { stack: await openTestStack() });
    expect([status, run.status]).toEqual([{ fail: 'failed', next: 'skipped' }, 'succeeded']);
  });
});

describe('a pipeline called from a pipeline', () => {
  @pipeline({ name: 'inner' })
  class Inner {
    async run({ name }: { name: string }) {
      return { word: await steps.shout({ id: await steps.next(name) }) };
    }
  }
  @pipeline({ name: 'inner-live', dynamic: true })
  class InnerLive {
    async run({ name }: { name: string }) {
      const word = await steps.next(name);
      return word.length > 2 ? steps.join([word]) : steps.shout({ id: word });
    }
  }
  @pipeline({ name: 'outer', dynamic: true })
  class Outer {
    async run(_: object) {
      const words = await Promise.all(['a', 'b'].map((name) => new Inner().run({ name })));
      const live = await new InnerLive().run({ name: 'long' });
      return steps.join([...words.map(({ word }) => word), live, await steps.next('z')]);
    }
  }

  it('has its steps under the name of the call', async () => {
    const { value, status } = await runPipeline(Outer, {}, { stack: await openTestStack() });
    expect(value).toBe('A+ B+ long+ z+');
    expect(Object.keys(status)).toEqual([
      'inner~next',
      'inner-2~next',
      'inner~shout',
      'inner-2~shout',
      'inner-live~next',
      'inner-live~join',
      'next',
      'join',
    ]);
  });

  it('may be static in static, with the same cache as alone', async () => {
    @pipeline({ name: 'outer-static' })
    class OuterStatic {
      async run(_: object) {
        const [a, b] = [await new Inner().run({ name: 'a' }), await new Inner().run({ name: 'b' })];
        return steps.join([a.word, b.word]);
      }
    }
    const stack = await openTestStack();
    await runPipeline(Inner, { name: 'a' }, { stack });
    const { value, status } = await runPipeline(OuterStatic, {}, { stack });
    expect(value).toBe('A+ B+');
    expect(status).toMatchObject({ 'inner~next': 'cached', 'inner-2~next': 'succeeded', join: 'succeeded' });
  });

  it('may not be dynamic in static', async () => {
    @pipeline({ name: 'outer-wrong' })
    class OuterWrong {
      async run(_: object) {
        return new InnerLive().run({ name: 'a' });
      }
    }
    await expect(runPipeline(OuterWrong, {}, { stack: await openTestStack() })).rejects.toMatchObject({
      code: 'ERR_PIPELINE_DEFINITION',
      hint: expect.stringContaining('dynamic: true'),
    });
  });

  it('is the plain method elsewhere', async () => {
    expect(await new Inner().run({ name: 'a' })).toEqual({ word: 'A+' });
    expect(await new InnerLive().run({ name: 'a' })).toBe('A+');
  });
});

describe('cancelling a dynamic pipeline', () => {
  @pipeline({ name: 'waits', dynamic: true })
  class Waits {
    async run({ deaf }: { deaf: boolean }) {
      const first = await steps.next('a');
      if (deaf) await gate('never').promise;
      try {
        return await steps.gated(first);
      } catch {
        // A body that takes no notice.
        return steps.next('b').catch(() => 'nothing');
      }
    }
  }

  it('ends the run as cancelled, whatever the body makes of it', async () => {
    const stop = new AbortController();
    const { run, status } = await runPipeline(
      Waits,
      { deaf: false },
      {
        stack: await openTestStack(),
        signal: stop.signal,
        grace: { abortMs: 10 },
        onEvent: (event) => {
          if (event.type === 'step-started' && event.node === 'gated') setTimeout(() => stop.abort(), 5);
        },
      },
    );
    expect([run.status, run.error?.code, status]).toEqual([
      'cancelled',
      'ERR_CANCELLED',
      { next: 'succeeded', gated: 'cancelled' },
    ]);
  });

  it('does not wait for a body that is at something of its own', async () => {
    const stop = new AbortController();
    const { run } = await runPipeline(
      Waits,
      { deaf: true },
      {
        stack: await openTestStack(),
        signal: stop.signal,
        grace: { abortMs: 10 },
        onEvent: (event) => {
          if (event.type === 'step-succeeded') setTimeout(() => stop.abort(), 5);
        },
      },
    );
    expect(run.status).toBe('cancelled');
  });
});
