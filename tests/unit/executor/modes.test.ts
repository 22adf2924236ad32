import { setTimeout as pause } from 'node:timers/promises';
import { after, pipeline, step, stepContext } from 'sluice';
import { beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../../framework/hashing/digest.ts';
import type { RunEvent } from '../../../framework/model/run-event.ts';
import { openTestStack, runPipeline } from './open-test-stack.ts';

const calls: string[] = [];
beforeEach(() => {
  calls.length = 0;
});

class Steps {
  /** Fails once `slow` has begun. */
  @step() async fail(): Promise<number> {
    calls.push('fail');
    await pause(30);
    throw new Error('no luck');
  }
  @step() async slow(): Promise<number> {
    calls.push('slow');
    const { signal } = stepContext();
    for (let i = 0; i < 30 && !signal.aborted; i++) await pause(10);
    signal.throwIfAborted();
    return 1;
  }
  @step() async next(value: number): Promise<number> {
    calls.push('next');
    return value + 1;
  }
}

@pipeline({ name: 'fails' })
class Fails {
  async run(_: object) {
    const steps = new Steps();
    const slow = await steps.slow();
    const failed = await steps.fail();
    const below = await steps.next(failed);
    return { beside: await steps.next(slow), below: await steps.next(below) };
  }
}

describe('when a step fails', () => {
  it('fail-fast cancels what runs and starts nothing', async () => {
    const stack = await openTestStack();
    const { run, status } = await runPipeline(Fails, {}, { stack, mode: 'fail-fast' });
    expect(run).toMatchObject({ status: 'failed', error: { code: 'ERR_STEP_FAILED', message: 'no luck' } });
    expect(run.error?.stack).toMatch(/Steps\.fail .*modes\.test\.ts:\d+/);
    expect(run.error?.stack).not.toMatch(/framework|node:internal/);
    expect(status).toEqual({
      slow: 'cancelled',
      fail: 'failed',
      next: 'skipped',
      'next-2': 'skipped',
      'next-3': 'skipped',
    });
  });

  it('stop lets running steps end and starts nothing', async () => {
    const stack = await openTestStack();
    const { run, status } = await runPipeline(Fails, {}, { stack, mode: 'stop' });
    expect(run.status).toBe('failed');
    expect(status).toMatchObject({ slow: 'succeeded', fail: 'failed', next: 'skipped', 'next-3': 'skipped' });
    expect(calls).not.toContain('next');
  });

  it('continue runs all that does not hang on it', async () => {
    const stack = await openTestStack();
    const { run, status, events } = await runPipeline(Fails, {}, { stack, mode: 'continue' });
    expect(run.status).toBe('failed');
    expect(calls.filter((call) => call === 'next')).toHaveLength(1);
    const ended = Object.values(status).toSorted();
    expect(ended).toEqual(['failed', 'skipped', 'skipped', 'succeeded', 'succeeded']);
    const skipped = events.filter((event) => event.type === 'step-skipped').map(({ because }) => because);
    expect(skipped).toEqual(['fail', 'fail']);
  });

  it('starts nothing that waited for its slot', async () => {
    @pipeline({ name: 'queues' })
    class Queues {
      async run(_: object) {
        const steps = new Steps();
        return Promise.all([steps.fail(), steps.next(1), steps.next(2)]);
      }
    }
    for (const mode of ['fail-fast', 'stop'] as const) {
      const { status } = await runPipeline(Queues, {}, { stack: await openTestStack(), mode, maxParallel: 1 });
      expect(status).toEqual({ fail: 'failed', next: 'cancelled', 'next-2': 'cancelled' });
    }
    expect(calls).toEqual(['fail', 'fail']);
  });

  it('caches nothing of it: the next run tries again', async () => {
    const stack = await openTestStack();
    await runPipeline(Fails, {}, { stack, mode: 'stop' });
    calls.length = 0;
    await runPipeline(Fails, {}, { stack, mode: 'stop' });
    expect(calls).toContain('fail');
    expect(calls).not.toContain('slow');
  });
});

describe('order without data', () => {
  @pipeline({ name: 'ordered' })
  class Ordered {
    async run(_: object) {
      const steps = new Steps();
      const slow = await steps.slow();
      return after(slow, () => steps.next(1));
    }
  }
  it('is kept', async () => {
    await runPipeline(Ordered, {}, { stack: await openTestStack() });
    expect(calls).toEqual(['slow', 'next']);
  });
});

describe('cancelling', () => {
  class Waits {
    @step() async first(): Promise<number> {
      return 1;
    }
    @step() async deaf(_: number): Promise<number> {
      calls.push('deaf');
      await pause(600);
      calls.push('deaf has a result');
      return 2;
    }
    @step() async listens(_: number): Promise<number> {
      calls.push('listens');
      await pause(3_000, undefined, { signal: stepContext().signal });
      return 3;
    }
  }
  @pipeline({ name: 'waits' })
  class WaitsPipeline {
    async run(_: object) {
      const steps = new Waits();
      const first = await steps.first();
      return [await steps.listens(first), await steps.deaf(first)];
    }
  }
  const whenRunning =
    (node: string, act: () => void) =>
    (event: RunEvent): void => {
      if (event.type === 'step-started' && event.node === node) setTimeout(act, 10);
    };

  it('gracefully asks steps to end, gives up those that do not, and keeps what was committed', async () => {
    const stack = await openTestStack();
    const stop = new AbortController();
    const onEvent = whenRunning('deaf', () => stop.abort());
    const options = { stack, signal: stop.signal, grace: { abortMs: 50 }, onEvent };
    const { run, status, events } = await runPipeline(WaitsPipeline, {}, options);
    expect(run).toMatchObject({ status: 'cancelled', error: { code: 'ERR_CANCELLED' } });
    expect(status).toEqual({ first: 'succeeded', listens: 'cancelled', deaf: 'cancelled' });
    expect(events.find(({ type }) => type === 'run-cancelling')).toEqual({ type: 'run-cancelling', how: 'graceful' });
    const again = await runPipeline(WaitsPipeline, {}, { stack, signal: AbortSignal.abort() });
    expect(again.status).toEqual({ first: 'cancelled', listens: 'cancelled', deaf: 'cancelled' });
    // Else it would end in the test after this one.
    await expect.poll(() => calls).toContain('deaf has a result');
  });

  it('now does not wait for a step that is deaf', async () => {
    const stack = await openTestStack();
    const stop = new AbortController();
    const onEvent = whenRunning('deaf', () => stop.abort());
    const { run } = await runPipeline(WaitsPipeline, {}, { stack, killSignal: stop.signal, onEvent });
    expect(calls).not.toContain('deaf has a result');
    await expect.poll(() => calls).toContain('deaf has a result');
    await pause(50);
    expect(await stack.artifactStore.has(sha256('2'))).toBe(false);
    expect(run.status).toBe('cancelled');
  });

  it('is noticed when another process asks for it', async () => {
    const stack = await openTestStack();
    let id = '';
    const whenDeaf = whenRunning('deaf', () => void stack.metadataStore.requestCancel(id));
    const onEvent = (event: RunEvent): void => {
      if (event.type === 'run-started') id = event.run.id;
      whenDeaf(event);
    };
    const { run } = await runPipeline(WaitsPipeline, {}, { stack, grace: { abortMs: 10 }, onEvent });
    expect(run.status).toBe('cancelled');
    expect((await stack.metadataStore.findRun(run.id))?.status).toBe('cancelled');
  });
});

describe('limits', () => {
  let running = 0;
  let most = 0;
  class Counted {
    @step({ cache: false }) async work(_: number): Promise<number> {
      most = Math.max(most, ++running);
      await pause(5);
      running--;
      return 0;
    }
    @step({ cache: false, resources: { memory: '3GiB' } }) async heavy(_: number): Promise<number> {
      return this.work(_);
    }
  }
  @pipeline({ name: 'wide' })
  class Wide {
    async run({ heavy }: { heavy: boolean }) {
      const steps = new Counted();
      const ids = [1, 2, 3, 4, 5, 6];
      return Promise.all(ids.map((id) => (heavy ? steps.heavy(id) : steps.work(id))));
    }
  }
  beforeEach(() => {
    most = 0;
  });

  it.each([1, 3])('runs at most maxParallel = %i steps at a time', async (maxParallel) => {
    await runPipeline(Wide, { heavy: false }, { stack: await openTestStack(), maxParallel });
    expect(most).toBe(maxParallel);
  });

  it('counts declared resources against what there is', async () => {
    const options = { stack: await openTestStack(), maxParallel: 6, capacity: { memory: '7GiB' } };
    await runPipeline(Wide, { heavy: true }, options);
    expect(most).toBe(2);
  });

  it('refuses a step that wants more than there is, before anything runs', async () => {
    const stack = await openTestStack();
    const refused = runPipeline(Wide, { heavy: true }, { stack, maxParallel: 6, capacity: { memory: '1GiB' } });
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_RESOURCES',
      message: expect.stringMatching(/asks for memory: .* GiB, and there is 1 GiB\.$/),
    });
    expect((await stack.metadataStore.listRuns()).items).toEqual([]);
  });
});

describe('time and tries', () => {
  let tries = 0;
  class Shaky {
    @step({ retry: { attempts: 3, backoff: 1 } }) async shaky(good: number): Promise<number> {
      stepContext().log.info(`try ${++tries}`);
      if (tries < good) throw new Error(`bad ${tries}`);
      return tries;
    }
    @step({ retry: { attempts: 3, backoff: 1, retryOn: (error) => error instanceof TypeError } })
    async choosy(): Promise<number> {
      tries++;
      throw new RangeError('not this one');
    }
    @step({ timeout: '20ms' }) async endless(): Promise<number> {
      return new Promise(() => {});
    }
  }
  @pipeline({ name: 'shaky' })
  class ShakyPipeline {
    async run({ good }: { good: number }) {
      return new Shaky().shaky(good);
    }
  }
  @pipeline({ name: 'choosy' })
  class ChoosyPipeline {
    async run(_: object) {
      return new Shaky().choosy();
    }
  }
  @pipeline({ name: 'endless' })
  class EndlessPipeline {
    async run(_: object) {
      return new Shaky().endless();
    }
  }
  beforeEach(() => {
    tries = 0;
  });

  it('tries again, and keeps every attempt with its log', async () => {
    const stack = await openTestStack();
    const { run, steps, value, events } = await runPipeline(ShakyPipeline, { good: 3 }, { stack });
    expect([value, steps[0]?.attempts]).toEqual([3, 3]);
    const attempts = await stack.metadataStore.attempts(`${run.id}/shaky`);
    expect(attempts.map(({ status, error }) => [status, error?.message])).toEqual([
      ['failed', 'bad 1'],
      ['failed', 'bad 2'],
      ['succeeded', undefined],
    ]);
    expect((await stack.metadataStore.readLogs(`${run.id}/shaky`, { attempt: 2 })).map((l) => l.message)).toEqual([
      'try 2',
    ]);
    expect(events.filter(({ type }) => type === 'step-retrying')).toHaveLength(2);
  });

  it('gives up after the last try', async () => {
    const { run, steps } = await runPipeline(ShakyPipeline, { good: 9 }, { stack: await openTestStack() });
    expect([run.status, steps[0]?.attempts, run.error?.message]).toEqual(['failed', 3, 'bad 3']);
  });

  it('asks retryOn', async () => {
    const { run } = await runPipeline(ChoosyPipeline, {}, { stack: await openTestStack() });
    expect([run.status, tries]).toEqual(['failed', 1]);
  });

  it('ends a step whose time is up, even one that does not listen', async () => {
    const options = { stack: await openTestStack(), grace: { timeoutMs: 10 } };
    const { run } = await runPipeline(EndlessPipeline, {}, options);
    expect(run.error).toMatchObject({ code: 'ERR_STEP_TIMEOUT', message: 'Step endless did not end within 20ms.' });
  });
});
