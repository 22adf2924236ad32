import { pipeline, step } from 'sluice';
import { expect, it } from 'vitest';
import { secretValues } from '../../../framework/secret-values.ts';
import { openTestStack, runPipeline } from './open-test-stack.ts';

class Steps {
  @step() async length(url: string): Promise<number> {
    return url.length;
  }
}

@pipeline({ name: 'connects' })
class Connects {
  constructor(private readonly steps = new Steps()) {}
  async run({ url }: { url: string; rounds: number }) {
    return this.steps.length(url);
  }
}

it('refuses a parameter that holds a password of the stack, before anything is recorded', async () => {
  secretValues.add('a-password-of-the-stack');
  const stack = await openTestStack();
  const params = { url: 'https://me:a-password-of-the-stack@host', rounds: 1 };
  await expect(runPipeline(Connects, params, { stack })).rejects.toMatchObject({
    code: 'ERR_PARAMS',
    message: expect.stringMatching(/url holds the value of a secret/),
  });
  expect((await stack.metadataStore.listRuns()).items).toEqual([]);
});
