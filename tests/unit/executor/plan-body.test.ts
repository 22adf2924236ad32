import { after, definePlan, type PipelineClass, pipeline, step } from 'sluice';
import { describe, expect, it } from 'vitest';
import type { Stack } from '../../../framework/components/stack.ts';
import { type PlannedBody, planBody } from '../../../framework/executor/plan-body.ts';
import { fakeDigester, openTestStack, runPipeline } from './open-test-stack.ts';

class Steps {
  @step() async load(count: number): Promise<{ rows: number[] }> {
    return { rows: Array.from({ length: count }, (_, i) => i) };
  }
  @step() async double(row: number): Promise<number> {
    return row * 2;
  }
  @step() async total(rows: readonly number[]): Promise<number> {
    return rows.reduce((sum, row) => sum + row, 0);
  }
}
const steps = new Steps();

@pipeline({ name: 'doubles', dynamic: true })
class Doubles {
  async run({ count, limit }: { count: number; limit: number }) {
    const { rows } = await steps.load(count);
    const doubled = await Promise.all(rows.map((row) => steps.double(row)));
    const total = await steps.total(doubled);
    if (total > limit) throw new Error(`${total} is too much`);
    return after(total, () => steps.double(total));
  }
}

async function plan<P>(target: PipelineClass<P>, params: P, stack: Stack): Promise<PlannedBody> {
  const { plan: planned } = await definePlan(target as PipelineClass, params);
  return planBody({ stack, planned, pipeline: target as PipelineClass, params, codeDigester: fakeDigester() });
}
const said = ({ steps: planned, isWhole }: PlannedBody) => [
  planned.map(({ node, verdict }) => `${node} ${verdict}`),
  isWhole,
];

describe('the plan of a dynamic pipeline', () => {
  it('is empty before the run, and says that it is dynamic', async () => {
    const { plan: planned } = await definePlan(Doubles, { count: 1, limit: 9 });
    expect([planned.isDynamic, planned.nodes, planned.toJSON()]).toEqual([
      true,
      [],
      { pipeline: 'doubles', dynamic: true, nodes: [] },
    ]);
  });

  it('goes as far as stored results reach', async () => {
    const stack = await openTestStack();
    expect(said(await plan(Doubles, { count: 2, limit: 9 }, stack))).toEqual([['load miss'], false]);
    await runPipeline(Doubles, { count: 2, limit: 9 }, { stack });
    const all = ['load hit', 'double hit', 'double-2 hit', 'total hit', 'double-3 hit'];
    expect(said(await plan(Doubles, { count: 2, limit: 9 }, stack))).toEqual([all, true]);
    await runPipeline(Doubles, { count: 3, limit: 9 }, { stack });
    await stack.metadataStore.invalidate({ step: 'double' });
    const some = ['load hit', 'double miss', 'double-2 miss', 'double-3 miss'];
    expect(said(await plan(Doubles, { count: 3, limit: 9 }, stack))).toEqual([some, false]);
  });

  it('agrees with the run that follows', async () => {
    const stack = await openTestStack();
    await runPipeline(Doubles, { count: 3, limit: 9 }, { stack });
    await stack.metadataStore.invalidate({ step: 'total' });
    const planned = await plan(Doubles, { count: 3, limit: 9 }, stack);
    const { steps: made } = await runPipeline(Doubles, { count: 3, limit: 9 }, { stack });
    for (const { node, verdict } of planned.steps) {
      expect([node, made.find((one) => one.node === node)?.status]).toEqual([
        node,
        verdict === 'hit' ? 'cached' : 'succeeded',
      ]);
    }
    expect(planned.steps.at(-1)).toMatchObject({ node: 'total', verdict: 'miss' });
  });

  it('records nothing, and says what the body threw', async () => {
    const stack = await openTestStack();
    await runPipeline(Doubles, { count: 2, limit: 9 }, { stack });
    await expect(plan(Doubles, { count: 2, limit: 1 }, stack)).rejects.toMatchObject({
      code: 'ERR_PIPELINE_BODY',
      message: 'The body of pipeline doubles failed: 2 is too much',
    });
    expect((await stack.metadataStore.listRuns()).items).toHaveLength(1);
  });
});
