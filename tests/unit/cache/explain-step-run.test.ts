import { definePlan, pipeline, step } from 'sluice';
import { describe, expect, it } from 'vitest';
import type { PipelineClass } from '../../../framework/authoring/pipeline.ts';
import { type Explanation, explainStepRun } from '../../../framework/cache/explain-step-run.ts';
import type { Stack } from '../../../framework/components/stack.ts';
import { planRun } from '../../../framework/executor/plan-run.ts';
import { fakeDigester, openTestStack, runPipeline } from '../executor/open-test-stack.ts';

class Steps {
  @step() async fit(lr: number, epochs: number): Promise<number> {
    return lr * epochs;
  }
  @step({ cache: { expires: 1 } }) async short(lr: number): Promise<number> {
    return lr;
  }
}
@pipeline({ name: 'fitting' })
class Fitting {
  run({ lr, epochs }: { lr: number; epochs: number }) {
    return new Steps().fit(lr, epochs);
  }
}
class OtherSteps {
  @step({ name: 'fit' }) async other(text: string): Promise<string> {
    return text;
  }
}
@pipeline({ name: 'other' })
class Other {
  run({ text }: { text: string }) {
    return new OtherSteps().other(text);
  }
}

const why = (stack: Stack, run: string, node = 'fit'): Promise<Explanation> =>
  explainStepRun({ store: stack.metadataStore, run, node });

describe('explainStepRun', () => {
  it('compares a miss with the nearest run before it, never with a later one or itself', async () => {
    const stack = await openTestStack();
    const near = await runPipeline(Fitting, { lr: 1, epochs: 2 }, { stack });
    await runPipeline(Fitting, { lr: 8, epochs: 8 }, { stack });
    const { run } = await runPipeline(Fitting, { lr: 1, epochs: 3 }, { stack });
    await runPipeline(Fitting, { lr: 1, epochs: 3 }, { stack, refresh: true });
    expect(await why(stack, run.id)).toEqual({
      verdict: 'miss',
      reason: 'argument epochs changed from 2 to 3.',
      origin: `${run.id}/fit`,
      nearest: `${near.run.id}/fit`,
      differences: [{ part: 'argument epochs', before: '2', after: '3' }],
    });
  });

  it('names the origin of a hit, also when the record of its run is gone', async () => {
    const stack = await openTestStack();
    const first = await runPipeline(Fitting, { lr: 1, epochs: 2 }, { stack });
    await stack.metadataStore.deleteRun(first.run.id);
    const { run } = await runPipeline(Fitting, { lr: 1, epochs: 2 }, { stack });
    expect(await why(stack, run.id)).toEqual({
      verdict: 'hit',
      reason: `Same key as ${first.run.id}/fit.`,
      origin: `${first.run.id}/fit`,
      nearest: null,
      differences: [],
    });
  });

  it('compares with results that outlived their runs', async () => {
    const stack = await openTestStack();
    const first = await runPipeline(Fitting, { lr: 1, epochs: 2 }, { stack });
    await stack.metadataStore.deleteRun(first.run.id);
    const { run } = await runPipeline(Fitting, { lr: 1, epochs: 3 }, { stack });
    expect(await why(stack, run.id)).toMatchObject({
      nearest: `${first.run.id}/fit`,
      reason: 'argument epochs changed from 2 to 3.',
    });
  });

  it('says that a step is new to a pipeline, and not that another one of its name changed', async () => {
    const stack = await openTestStack();
    await runPipeline(Fitting, { lr: 1, epochs: 2 }, { stack });
    const { run } = await runPipeline(Other, { text: 'a' }, { stack });
    expect((await why(stack, run.id)).reason).toBe('It never ran in this pipeline.');
    const next = await runPipeline(Other, { text: 'b' }, { stack });
    expect((await why(stack, next.run.id)).reason).toBe('argument text changed from "a" to "b".');
  });

  it('says that a result has expired, in a plan and in a run', async () => {
    const stack = await openTestStack();
    @pipeline({ name: 'expiring' })
    class Expiring {
      run() {
        return new Steps().short(1);
      }
    }
    await runPipeline(Expiring, {}, { stack });
    const { plan } = await definePlan(Expiring as PipelineClass, {});
    await new Promise((resolve) => setTimeout(resolve, 5));
    const expired = /^Its result of \d{4}-.*Z has expired\.$/;
    const [planned] = await planRun(plan, { stack, codeDigester: fakeDigester() });
    expect(planned).toMatchObject({ verdict: 'miss', reason: expect.stringMatching(expired) });
    const { run } = await runPipeline(Expiring, {}, { stack });
    expect((await why(stack, run.id, 'short')).reason).toMatch(expired);
  });

  it('has no verdict for a step that never came to its key', async () => {
    const stack = await openTestStack();
    class Failing {
      @step() async fails(): Promise<number> {
        throw new Error('no');
      }
      @step() async next(value: number): Promise<number> {
        return value;
      }
    }
    @pipeline({ name: 'failing' })
    class Fails {
      async run() {
        const steps = new Failing();
        return steps.next(await steps.fails());
      }
    }
    const { run } = await runPipeline(Fails, {}, { stack });
    expect(await why(stack, run.id, 'next')).toMatchObject({ verdict: 'none', differences: [] });
    await expect(why(stack, run.id, 'nowhere')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    await expect(why(stack, 'nowhere', 'next')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  it('shows the lines of code that changed, where the store has the texts', async () => {
    const stack = await openTestStack();
    const digestOf = (version: string) => fakeDigester({ fit: version });
    const step = { file: 'a.ts', className: 'Steps', method: 'fit' };
    for (const [version, text] of [
      ['1', 'async fit() {\n  return 1;\n}\n'],
      ['2', 'async fit() {\n  return 2;\n}\n'],
    ] as const) {
      const [part] = (await digestOf(version).digestOf(step)).parts;
      await stack.metadataStore.writeCodeTexts(new Map([[part!.digest, text]]));
    }
    await runPipeline(Fitting, { lr: 1, epochs: 2 }, { stack, codeDigester: digestOf('1') });
    const { run } = await runPipeline(Fitting, { lr: 1, epochs: 2 }, { stack, codeDigester: digestOf('2') });
    const { differences } = await why(stack, run.id);
    expect(differences).toHaveLength(1);
    expect(differences[0]?.code).toMatchObject({ file: 'Steps.fit', symbol: null });
    expect(differences[0]?.code?.diff).toContain('@@ -1,3 +1,3 @@\n async fit() {\n-  return 1;\n+  return 2;\n }\n');
    const unknown = await runPipeline(Fitting, { lr: 1, epochs: 2 }, { stack, codeDigester: digestOf('3') });
    expect((await why(stack, unknown.run.id)).differences[0]?.code).toBeUndefined();
  });
});
