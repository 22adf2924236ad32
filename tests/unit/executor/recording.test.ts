import { setTimeout as pause } from 'node:timers/promises';
import { pipeline, step } from 'sluice';
import { describe, expect, it } from 'vitest';
import type { StepRunRecord } from '../../../framework/model/run.ts';
import { openTestStack, runPipeline } from './open-test-stack.ts';

const PAUSE_MS = 20;

class Steps {
  tries = 0;

  @step() async slow(value: number): Promise<number> {
    await pause(PAUSE_MS);
    return value + 1;
  }
  @step({ cache: false, retry: { attempts: 2, backoff: 30, jitter: 0 } }) async shaky(fails: number): Promise<number> {
    await pause(PAUSE_MS);
    this.tries++;
    if (this.tries <= fails) throw new Error('shaky');
    return this.tries;
  }
}

@pipeline({ name: 'timed' })
class Timed {
  constructor(private readonly steps = new Steps()) {}
  async run({ value }: { value: number }) {
    return this.steps.slow(await this.steps.slow(value));
  }
}

@pipeline({ name: 'shaky' })
class Shaky {
  constructor(private readonly steps = new Steps()) {}
  async run({ fails }: { fails: number }) {
    return this.steps.shaky(fails);
  }
}

const kindsOf = (step: Pick<StepRunRecord, 'segments'>): string =>
  (step.segments ?? []).map(({ kind }) => kind).join(' ');

describe('what a run records of time and machine', () => {
  it('gives every moment of a step run to one kind of work, without gaps, and stores it', async () => {
    const stack = await openTestStack();
    const { run, steps } = await runPipeline(Timed, { value: 1 }, { stack });
    for (const step of steps) {
      expect(kindsOf(step)).toBe('wait claim load run save');
      const segments = step.segments!;
      for (const [i, { startedAt, durationMs }] of segments.entries()) {
        const next = segments[i + 1];
        if (next) expect(startedAt + durationMs).toBeCloseTo(next.startedAt, 1);
      }
      expect(segments.find(({ kind }) => kind === 'run')?.durationMs).toBeGreaterThanOrEqual(PAUSE_MS - 1);
      expect(step.usage).toEqual({
        cpuMs: expect.any(Number),
        peakMemoryBytes: expect.any(Number),
        isShared: true,
      });
      expect(step.usage?.peakMemoryBytes).toBeGreaterThan(1e7);
    }
    expect(await stack.metadataStore.stepRuns(run.id)).toMatchObject(
      steps.map(({ segments, usage }) => ({ segments, usage })),
    );
    const [attempt] = await stack.metadataStore.attempts(steps[0]!.id);
    expect(kindsOf(attempt!)).toBe('load run save');
    expect(attempt?.usage).toEqual(steps[0]?.usage);
  });

  it('leaves hits without times of their own', async () => {
    const stack = await openTestStack();
    await runPipeline(Timed, { value: 1 }, { stack });
    const { run, status } = await runPipeline(Timed, { value: 1 }, { stack });
    expect(status).toEqual({ slow: 'cached', 'slow-2': 'cached' });
    expect((await stack.metadataStore.stepRuns(run.id)).map(({ segments, usage }) => [segments, usage])).toEqual(
      Array(2).fill([null, null]),
    );
  });

  it('has each attempt beside what the step run had of all of them', async () => {
    const stack = await openTestStack();
    const { steps, run } = await runPipeline(Shaky, { fails: 1 }, { stack });
    expect(run.status).toBe('succeeded');
    expect(kindsOf(steps[0]!)).toBe('wait load run wait load run save');
    const attempts = await stack.metadataStore.attempts(steps[0]!.id);
    expect(attempts.map(kindsOf)).toEqual(['load run', 'load run save']);
    const cpu = attempts.map(({ usage }) => usage?.cpuMs ?? Number.NaN);
    expect(steps[0]?.usage?.cpuMs).toBeCloseTo(cpu[0]! + cpu[1]!, 2);
  });

  it('has it of a step that failed, too', async () => {
    const stack = await openTestStack();
    const { steps } = await runPipeline(Shaky, { fails: 5 }, { stack });
    expect(steps[0]).toMatchObject({ status: 'failed', usage: { isShared: true } });
    expect(kindsOf(steps[0]!)).toBe('wait load run wait load run');
    const [stored] = await stack.metadataStore.stepRuns(steps[0]!.runId);
    expect(stored?.segments).toEqual(steps[0]?.segments);
  });
});
