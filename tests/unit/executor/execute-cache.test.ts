import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FileRef, type HistoryReader, pipeline, step, stepContext } from 'sluice';
import { beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../framework/hashing/digest.ts';
import type { RunEvent } from '../../../framework/model/run-event.ts';
import { fakeDigester, openTestStack, runPipeline, temporaryFolder } from './open-test-stack.ts';

const calls: string[] = [];
beforeEach(() => {
  calls.length = 0;
});
const warnings = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'step-warning' ? [event.code] : []));

describe('a result whose bytes were overwritten', () => {
  class Steps {
    @step() async make(): Promise<{ text: string; other: number }> {
      calls.push('make');
      return { text: 'a text that is stored', other: 1 };
    }
    @step() async use(text: string, times: number): Promise<string> {
      calls.push('use');
      return text.repeat(times);
    }
  }
  @pipeline({ name: 'damage' })
  class Damage {
    async run({ times }: { times: number }) {
      const steps = new Steps();
      return steps.use((await steps.make()).text, times);
    }
  }

  @pipeline({ name: 'damage-live', dynamic: true })
  class DamageLive {
    async run({ times }: { times: number }) {
      const steps = new Steps();
      return steps.use((await steps.make()).text, times);
    }
  }

  it.each([
    ['a step', Damage],
    ['a dynamic body', DamageLive],
  ])('is noticed when %s reads it, made again, and never used', async (_, target) => {
    const stack = await openTestStack();
    const first = await runPipeline(target, { times: 1 }, { stack });
    const output = first.steps[0]?.output;
    const text = output?.kind === 'fields' ? output.fields['text'] : undefined;
    const path = (await stack.artifactStore.localPath(text!.digest))!;
    chmodSync(path, 0o644);
    writeFileSync(path, 'b'.repeat(readFileSync(path).byteLength));
    calls.length = 0;
    const second = await runPipeline(target, { times: 2 }, { stack });
    expect(second.value).toBe('a text that is storeda text that is stored');
    expect(calls).toEqual(['make', 'use']);
    expect(warnings(second.events)).toContain('artifact-damaged');
    expect(second.status).toEqual({ make: 'succeeded', use: 'succeeded' });
    calls.length = 0;
    const third = await runPipeline(target, { times: 2 }, { stack });
    expect([third.value, calls]).toEqual([second.value, []]);
  });

  it('and was made by the same run leaves both attempts on record', async () => {
    const stack = await openTestStack();
    const text = 'too long to be remembered by the process that made it '.repeat(2000);
    class Spoiled {
      @step() async make(): Promise<{ text: string; size: number }> {
        return { text, size: text.length };
      }
      @step({ cache: false }) async spoil(size: number): Promise<number> {
        const path = (await stack.artifactStore.localPath(sha256(text)))!;
        chmodSync(path, 0o644);
        writeFileSync(path, 'b'.repeat(size));
        return 1;
      }
      @step() async use(text: string, times: number): Promise<number> {
        return text.length * times;
      }
    }
    @pipeline({ name: 'spoiled' })
    class SpoilAndUse {
      async run(_: unknown) {
        const steps = new Spoiled();
        const made = await steps.make();
        return steps.use(made.text, await steps.spoil(made.size));
      }
    }
    const { run, value } = await runPipeline(SpoilAndUse, {}, { stack });
    expect(value).toBe(text.length);
    const attempts = async (node: string) =>
      (await stack.metadataStore.attempts(`${run.id}/${node}`)).map(({ status }) => status);
    expect([await attempts('make'), await attempts('spoil')]).toEqual([['succeeded', 'succeeded'], ['succeeded']]);
    expect(await attempts('use')).toEqual(['failed', 'succeeded']);
  });
});

describe('declared inputs', () => {
  class Steps {
    @step({ inputs: { files: ['data.txt'], env: ['SLUICE_TEST_ENV'] } })
    async read(): Promise<string> {
      calls.push('read');
      const path = join(process.env['SLUICE_TEST_FOLDER']!, 'data.txt');
      const text = readFileSync(path, 'utf8');
      if (text === 'racy') writeFileSync(path, 'changed while it ran');
      return text;
    }
    @step() async size(file: FileRef): Promise<number> {
      calls.push('size');
      return readFileSync(file.path).byteLength;
    }
  }
  @pipeline({ name: 'reads' })
  class Reads {
    async run(_: object) {
      return new Steps().read();
    }
  }
  @pipeline({ name: 'sizes' })
  class Sizes {
    async run({ path }: { path: string }) {
      return new Steps().size(FileRef.of(path));
    }
  }

  it('join the key: a changed file or variable is a miss, named without showing the variable', async () => {
    const stack = await openTestStack();
    process.env['SLUICE_TEST_FOLDER'] = stack.projectDir;
    process.env['SLUICE_TEST_ENV'] = 'hunter2';
    writeFileSync(join(stack.projectDir, 'data.txt'), 'one');
    await runPipeline(Reads, {}, { stack });
    expect((await runPipeline(Reads, {}, { stack })).status).toEqual({ read: 'cached' });
    process.env['SLUICE_TEST_ENV'] = 'other';
    const other = await runPipeline(Reads, {}, { stack });
    expect(other.steps[0]?.reason).toMatch(/^env SLUICE_TEST_ENV changed/);
    expect(JSON.stringify(other.steps)).not.toMatch(/hunter2|"other"/);
    writeFileSync(join(stack.projectDir, 'data.txt'), 'two');
    expect((await runPipeline(Reads, {}, { stack })).steps[0]?.reason).toMatch(/^file data.txt changed/);
  });

  it('that change while the step runs leave its result uncached, with a warning', async () => {
    const stack = await openTestStack();
    process.env['SLUICE_TEST_FOLDER'] = stack.projectDir;
    writeFileSync(join(stack.projectDir, 'data.txt'), 'racy');
    const first = await runPipeline(Reads, {}, { stack });
    expect([first.run.status, first.value, warnings(first.events)]).toEqual(['succeeded', 'racy', ['input-changed']]);
    writeFileSync(join(stack.projectDir, 'data.txt'), 'racy');
    expect((await runPipeline(Reads, {}, { stack })).status).toEqual({ read: 'succeeded' });
  });

  it('and file arguments count by content and name, not by folder', async () => {
    const stack = await openTestStack();
    const [a, b] = [join(temporaryFolder(), 'x.bin'), join(temporaryFolder(), 'x.bin')];
    writeFileSync(a, 'same');
    writeFileSync(b, 'same');
    await runPipeline(Sizes, { path: a }, { stack });
    expect((await runPipeline(Sizes, { path: b }, { stack })).status).toEqual({ size: 'cached' });
    writeFileSync(b, 'longer');
    expect((await runPipeline(Sizes, { path: b }, { stack })).value).toBe(6);
  });

  class Compares {
    @step({
      inputs: {
        async history(reader: HistoryReader, mine: number) {
          const earlier = await reader.outputsOf('score');
          const values = await Promise.all(earlier.map(({ load }) => load('value')));
          return values.filter((value) => value !== mine);
        },
      },
    })
    async compare(mine: number): Promise<string> {
      return `${mine} after ${JSON.stringify(stepContext().history)}`;
    }
    @step() async score(seed: number): Promise<number> {
      return seed * 10;
    }
  }
  @pipeline({ name: 'compares' })
  class ComparesPipeline {
    async run({ seed }: { seed: number }) {
      const steps = new Compares();
      return steps.compare(await steps.score(seed));
    }
  }
  it('of earlier runs reach the step and its key', async () => {
    const stack = await openTestStack();
    expect((await runPipeline(ComparesPipeline, { seed: 1 }, { stack })).value).toBe('10 after []');
    expect((await runPipeline(ComparesPipeline, { seed: 2 }, { stack })).value).toBe('20 after [10]');
    expect((await runPipeline(ComparesPipeline, { seed: 2 }, { stack })).status).toEqual({
      score: 'cached',
      compare: 'cached',
    });
    const first = await runPipeline(ComparesPipeline, { seed: 1 }, { stack });
    expect([first.value, first.steps[1]?.reason]).toEqual(['10 after [20]', 'history changed from [] to [20].']);
  });
});

describe('cache policies', () => {
  let extra = 'a';
  class Steps {
    @step({ cache: { expires: '30ms' } }) async brief(): Promise<number> {
      return 1;
    }
    @step({ cache: { ignore: ['options.threads'] } }) async ignores(options: {
      lr: number;
      threads: number;
    }): Promise<number> {
      return options.lr;
    }
    @step({ cache: { extra: () => extra } }) async extra(): Promise<string> {
      return extra;
    }
    @step({ cache: false }) async never(): Promise<number> {
      calls.push('never');
      return 4;
    }
    @step() async last(value: number): Promise<number> {
      calls.push('last');
      if (calls.filter((call) => call === 'last').length === 1) throw new Error('not yet');
      return value;
    }
  }
  @pipeline({ name: 'brief' })
  class Brief {
    async run(_: object) {
      return new Steps().brief();
    }
  }
  @pipeline({ name: 'ignores' })
  class Ignores {
    async run(options: { lr: number; threads: number }) {
      return new Steps().ignores(options);
    }
  }
  @pipeline({ name: 'extra' })
  class Extra {
    async run(_: object) {
      return new Steps().extra();
    }
  }
  @pipeline({ name: 'never' })
  class Never {
    async run(_: object) {
      const steps = new Steps();
      return steps.last(await steps.never());
    }
  }

  it('expires', async () => {
    const stack = await openTestStack();
    await runPipeline(Brief, {}, { stack });
    await pause(40);
    expect((await runPipeline(Brief, {}, { stack })).status).toEqual({ brief: 'succeeded' });
  });

  it('ignore leaves an argument, or a field of one, out of the key', async () => {
    const stack = await openTestStack();
    await runPipeline(Ignores, { lr: 1, threads: 1 }, { stack });
    expect((await runPipeline(Ignores, { lr: 1, threads: 8 }, { stack })).status).toEqual({ ignores: 'cached' });
    expect((await runPipeline(Ignores, { lr: 2, threads: 8 }, { stack })).status).toEqual({ ignores: 'succeeded' });
  });

  it('extra joins the key', async () => {
    const stack = await openTestStack();
    await runPipeline(Extra, {}, { stack });
    extra = 'b';
    expect((await runPipeline(Extra, {}, { stack })).value).toBe('b');
  });

  it('false: runs every time, but a resumed run takes what its predecessor had', async () => {
    const stack = await openTestStack();
    const first = await runPipeline(Never, {}, { stack });
    expect(first.status).toEqual({ never: 'succeeded', last: 'failed' });
    const resumed = await runPipeline(Never, {}, { stack, resumeFrom: first.run.id });
    expect(resumed.status).toEqual({ never: 'cached', last: 'succeeded' });
    expect(resumed.run.resumedFrom).toBe(first.run.id);
    const again = await runPipeline(Never, {}, { stack });
    expect(again.status).toEqual({ never: 'succeeded', last: 'cached' });
  });
});

describe('the receiver', () => {
  class Scaled {
    constructor(
      readonly factor: number,
      readonly note: unknown = 'n',
    ) {}
    @step() async scale(value: number): Promise<number> {
      return value * this.factor;
    }
  }
  @pipeline({ name: 'scaled' })
  class ScaledPipeline {
    async run({ factor, note }: { factor: number; note?: unknown }) {
      return new Scaled(factor, note).scale(2);
    }
  }
  it('counts with the fields that the method reaches, and only those', async () => {
    const stack = await openTestStack();
    const options = { stack, codeDigester: fakeDigester({}, { receiverFields: ['factor'] }) };
    await runPipeline(ScaledPipeline, { factor: 3, note: 1 }, options);
    expect((await runPipeline(ScaledPipeline, { factor: 3, note: 2 }, options)).status).toEqual({ scale: 'cached' });
    const other = await runPipeline(ScaledPipeline, { factor: 4 }, options);
    expect([other.value, other.steps[0]?.reason]).toEqual([8, 'receiver.factor changed from 3 to 4.']);
  });

  it('that can not be encoded makes the step uncacheable, and the run says which field', async () => {
    const stack = await openTestStack();
    const options = { stack, codeDigester: fakeDigester({}, { receiverFields: '*' as const }) };
    const values = { factor: 3, note: () => 1 };
    await runPipeline(ScaledPipeline, values, options);
    const { status, events } = await runPipeline(ScaledPipeline, values, options);
    expect(status).toEqual({ scale: 'succeeded' });
    expect(events.find(({ type }) => type === 'step-warning')).toMatchObject({
      code: 'uncacheable-receiver',
      message: expect.stringMatching(/this\.note.*a function/),
    });
  });
});

describe('one key, wanted several times at once', () => {
  class Steps {
    @step() async same(_: number): Promise<number> {
      calls.push('same');
      await pause(60);
      return 7;
    }
  }
  @pipeline({ name: 'twins' })
  class Twins {
    async run(_: object) {
      const steps = new Steps();
      return Promise.all([steps.same(1), steps.same(1), steps.same(1)]);
    }
  }
  it('is computed once in a run', async () => {
    const { value, status } = await runPipeline(Twins, {}, { stack: await openTestStack() });
    expect([value, calls.length]).toEqual([[7, 7, 7], 1]);
    expect(Object.values(status).toSorted()).toEqual(['cached', 'cached', 'succeeded']);
  });

  it('is computed once in two runs at the same time', async () => {
    const stack = await openTestStack();
    const [a, b] = await Promise.all([runPipeline(Twins, {}, { stack }), runPipeline(Twins, {}, { stack })]);
    expect([a.value, b.value, calls.length]).toEqual([[7, 7, 7], [7, 7, 7], 1]);
    expect([...a.events, ...b.events].some(({ type }) => type === 'step-waiting')).toBe(true);
  });
});

describe('the replay check', () => {
  class Steps {
    @step() async flag(value: boolean): Promise<boolean> {
      return value;
    }
    @step() async extra(): Promise<number> {
      calls.push('extra');
      return 1;
    }
  }
  @pipeline({ name: 'branches' })
  class Branches {
    async run({ value }: { value: boolean }) {
      const steps = new Steps();
      if (await steps.flag(value)) await steps.extra();
      return 0;
    }
  }
  it('fails a run whose body decided on a value it did not have yet, cached or not', async () => {
    const stack = await openTestStack();
    expect((await runPipeline(Branches, { value: true }, { stack })).run.status).toBe('succeeded');
    for (let i = 0; i < 2; i++) {
      const { run } = await runPipeline(Branches, { value: false }, { stack });
      expect(run).toMatchObject({ status: 'failed', error: { code: 'ERR_PIPELINE_NOT_STATIC' } });
      expect(run.error?.message).toMatch(/extra/);
    }
  });
});
