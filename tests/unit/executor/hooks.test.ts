import { type HookContext, pipeline, step } from 'sluice';
import { describe, expect, it } from 'vitest';
import { openTestStack, runPipeline } from './open-test-stack.ts';

const seen: { readonly name: string; readonly context: HookContext; readonly outputs: unknown }[] = [];
const hook = (name: string) => async (context: HookContext) => {
  seen.push({ name, context, outputs: await context.outputs() });
};
const since = () => seen.splice(0);

class Steps {
  @step({ onSuccess: hook('good+'), onFailure: hook('good-') }) async good(value: number): Promise<{ twice: number }> {
    return { twice: value * 2 };
  }
  @step({ retry: { attempts: 2, backoff: 1 }, onSuccess: hook('bad+'), onFailure: hook('bad-') })
  async bad(value: number): Promise<number> {
    throw new RangeError(`no ${value}`);
  }
  @step({
    onSuccess() {
      throw new Error('the hook broke');
    },
  })
  async broken(value: number): Promise<number> {
    return value + 1;
  }
  @step({ onSuccess: () => new Promise<void>(() => {}), hookTimeout: '20ms' }) async hangs(
    value: number,
  ): Promise<number> {
    return value + 1;
  }
}

@pipeline({ name: 'hooked', onSuccess: hook('run+'), onFailure: hook('run-') })
class Hooked {
  constructor(private readonly steps = new Steps()) {}
  async run({ how }: { how: 'good' | 'bad' | 'broken' | 'hangs' }) {
    return this.steps[how](4) as Promise<unknown>;
  }
}

@pipeline({
  name: 'breaks',
  onSuccess: () => {
    throw new Error('nobody listens');
  },
})
class Breaks {
  constructor(private readonly steps = new Steps()) {}
  async run() {
    return this.steps.good(1);
  }
}

describe('hooks', () => {
  it('are told of the end of a step and of the run, when it is in the record', async () => {
    const stack = await openTestStack();
    since();
    const { run } = await runPipeline(Hooked, { how: 'good' }, { stack, tags: ['t'] });
    const calls = since();
    expect(calls.map(({ name, outputs }) => [name, outputs])).toEqual([
      ['good+', { twice: 8 }],
      ['run+', { twice: 8 }],
    ]);
    expect(calls[0]?.context).toMatchObject({
      run: { id: run.id, pipeline: 'hooked', params: { how: 'good' }, tags: ['t'] },
      step: { node: 'good', attempts: 1 },
      status: 'succeeded',
      error: null,
    });
    expect(calls.every(({ context }) => Object.isFrozen(context))).toBe(true);
  });

  it('are told of a failure once, after the last attempt', async () => {
    const stack = await openTestStack();
    since();
    await runPipeline(Hooked, { how: 'bad' }, { stack });
    const calls = since();
    expect(calls.map(({ name, outputs }) => [name, outputs])).toEqual([
      ['bad-', undefined],
      ['run-', undefined],
    ]);
    expect(calls[0]?.context).toMatchObject({
      status: 'failed',
      error: { message: 'RangeError: no 4' },
      step: { attempts: 2 },
    });
  });

  it('are not called for results from the cache, but at the end of their run', async () => {
    const stack = await openTestStack();
    await runPipeline(Hooked, { how: 'good' }, { stack });
    since();
    await runPipeline(Hooked, { how: 'good' }, { stack });
    expect(since().map(({ name }) => name)).toEqual(['run+']);
  });

  it.each([
    ['broken', 'the hook broke'],
    ['hangs', 'it did not end within 20ms'],
  ] as const)('that fail change nothing, and it is recorded (%s)', async (how, reason) => {
    const stack = await openTestStack();
    const { run, steps, events, value } = await runPipeline(Hooked, { how }, { stack });
    expect([run.status, value, steps[0]?.status]).toEqual(['succeeded', 5, 'succeeded']);
    const message = `The onSuccess hook of step ${how} failed: ${reason}`;
    const failure = { hook: 'onSuccess', error: { code: 'ERR_HOOK', message } };
    expect(events.find(({ type }) => type === 'hook-failed')).toMatchObject({ node: how, failure });
    expect((await stack.metadataStore.stepRuns(run.id))[0]?.hookFailures).toMatchObject([failure]);
    expect((await runPipeline(Hooked, { how }, { stack })).status).toEqual({ [how]: 'cached' });
  });

  it('of a pipeline that fail leave its run succeeded', async () => {
    const stack = await openTestStack();
    const { run } = await runPipeline(Breaks, undefined as never, { stack });
    expect(run).toMatchObject({ status: 'succeeded', hookFailures: [{ error: { code: 'ERR_HOOK' } }] });
    expect((await stack.metadataStore.findRun(run.id))?.hookFailures).toEqual(run.hookFailures);
  });
});
