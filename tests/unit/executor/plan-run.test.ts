import { definePlan, pipeline, step } from 'sluice';
import { describe, expect, it } from 'vitest';
import type { PipelineClass } from '../../../framework/authoring/pipeline.ts';
import { type PlannedStep, type PlanRunOptions, planRun } from '../../../framework/executor/plan-run.ts';
import { fakeDigester, openTestStack, runPipeline } from './open-test-stack.ts';

class Steps {
  @step() async load(count: number): Promise<{ rows: number[]; name: string }> {
    return { rows: [count], name: 'rows' };
  }
  @step() async total(rows: number[]): Promise<number> {
    return rows.length;
  }
  @step() async shout(name: string): Promise<string> {
    return name.toUpperCase();
  }
}
@pipeline({ name: 'planned' })
class Planned {
  async run({ count }: { count: number }) {
    const steps = new Steps();
    const { rows, name } = await steps.load(count);
    return [
      await steps.total(rows),
      await steps.shout(name),
      await steps.shout('literal'),
      await steps.shout('literal'),
    ];
  }
}

async function planned(count: number, options: PlanRunOptions): Promise<readonly PlannedStep[]> {
  const { plan } = await definePlan(Planned as PipelineClass, { count });
  return planRun(plan, { codeDigester: fakeDigester(), ...options });
}
const verdicts = (steps: readonly PlannedStep[]): string => steps.map(({ verdict }) => verdict).join(' ');

describe('planRun', () => {
  it('says of each step whether it would run, and why', async () => {
    const stack = await openTestStack();
    const steps = await planned(1, { stack });
    expect(verdicts(steps)).toBe('miss unknown unknown miss hit');
    expect(steps.map(({ reason }) => reason)).toEqual([
      'It never ran before.',
      'It depends on what load will make.',
      'It depends on what load will make.',
      'It never ran before.',
      'Same key as shout-2.',
    ]);
  });

  it('writes nothing', async () => {
    const stack = await openTestStack();
    await planned(1, { stack });
    expect((await stack.metadataStore.listRuns()).items).toEqual([]);
  });

  it('agrees with the run that follows', async () => {
    const stack = await openTestStack();
    await runPipeline(Planned, { count: 1 }, { stack });
    expect(verdicts(await planned(1, { stack }))).toBe('hit hit hit hit hit');
    const changed = await planned(2, { stack });
    expect(verdicts(changed)).toBe('miss unknown unknown hit hit');
    expect(changed[0]?.differences).toEqual([{ part: 'argument count', before: '1', after: '2' }]);
    const { steps } = await runPipeline(Planned, { count: 2 }, { stack });
    expect(steps[0]).toMatchObject({ key: changed[0]?.key, reason: changed[0]?.reason, status: 'succeeded' });
    expect(steps[3]).toMatchObject({ key: changed[3]?.key, origin: changed[3]?.origin, status: 'cached' });
  });

  it('knows refresh and no-cache', async () => {
    const stack = await openTestStack();
    await runPipeline(Planned, { count: 1 }, { stack });
    expect(verdicts(await planned(1, { stack, refresh: ['shout'] }))).toBe('hit hit miss miss miss');
    expect(verdicts(await planned(1, { stack, cache: false }))).toBe('miss unknown unknown miss miss');
  });
});
