import { pipeline, step } from 'sluice';
import { describe, expect, it } from 'vitest';
import { type Explanation, explainStepRun } from '../../../framework/cache/explain-step-run.ts';
import type { Stack } from '../../../framework/components/stack.ts';
import { fakeDigester, openTestStack, runPipeline } from '../executor/open-test-stack.ts';

const COUNT = 60;
let isBroken = false;

class Steps {
  @step() async score(seed: number, file: string): Promise<string> {
    if (isBroken && file === 'b') throw new Error('not today');
    return `${seed}${file}`;
  }
}
@pipeline({ name: 'scores' })
class Scores {
  run({ seed = 1, files = ['a', 'b', 'c'] }: { seed?: number; files?: readonly string[] }) {
    return Promise.all(files.map((file) => new Steps().score(seed, file)));
  }
}

const why = (stack: Stack, run: string, node: string): Promise<Explanation> =>
  explainStepRun({ store: stack.metadataStore, run, node });

async function inBrokenState<R>(body: () => Promise<R>): Promise<R> {
  isBroken = true;
  try {
    return await body();
  } finally {
    isBroken = false;
  }
}

describe('why of one call of many', () => {
  it('says of a retried call that it failed before, not how it differs from a sibling', async () => {
    const stack = await openTestStack();
    const failed = await inBrokenState(() => runPipeline(Scores, {}, { stack, mode: 'continue' }));
    const { run } = await runPipeline(Scores, {}, { stack, resumeFrom: failed.run.id });
    expect(await why(stack, run.id, 'score-2')).toEqual({
      verdict: 'miss',
      reason: `The same call failed before (${failed.run.id}/score-2), and only successes are used again.`,
      origin: `${run.id}/score-2`,
      nearest: `${failed.run.id}/score-2`,
      differences: [],
    });
  });

  it('compares a retried call whose code was mended with its failure', async () => {
    const stack = await openTestStack();
    const failed = await inBrokenState(() => runPipeline(Scores, {}, { stack, mode: 'continue' }));
    const codeDigester = fakeDigester({ score: '2' });
    const { run } = await runPipeline(Scores, {}, { stack, codeDigester, resumeFrom: failed.run.id });
    const { reason, nearest, differences } = await why(stack, run.id, 'score-2');
    expect(reason).toBe('code Steps.score changed.');
    expect(nearest).toBe(`${failed.run.id}/score-2`);
    expect(differences.map(({ part }) => part)).toEqual(['code Steps.score']);
  });

  it('never compares with a call of the same run', async () => {
    const stack = await openTestStack();
    const first = await runPipeline(Scores, {}, { stack });
    const next = await runPipeline(Scores, {}, { stack, codeDigester: fakeDigester({ score: '2' }), maxParallel: 1 });
    for (const node of ['score', 'score-2', 'score-3']) {
      expect(await why(stack, next.run.id, node)).toMatchObject({
        reason: 'code Steps.score changed.',
        nearest: `${first.run.id}/${node}`,
        differences: [{ part: 'code Steps.score' }],
      });
    }
  });

  it('finds the same call of the run before, however many there are', async () => {
    const stack = await openTestStack();
    const files = Array.from({ length: COUNT }, (_, i) => `file ${i}`);
    const first = await runPipeline(Scores, { files }, { stack });
    const { run } = await runPipeline(Scores, { files, seed: 2 }, { stack });
    for (const node of ['score', `score-${COUNT / 2}`, `score-${COUNT}`]) {
      expect(await why(stack, run.id, node)).toMatchObject({
        reason: 'argument seed changed from 1 to 2.',
        nearest: `${first.run.id}/${node}`,
      });
    }
  });

  it('compares a call that was a hit the last time with what made its result', async () => {
    const stack = await openTestStack();
    const first = await runPipeline(Scores, {}, { stack });
    await runPipeline(Scores, { files: ['a', 'b', 'd'] }, { stack });
    const { run } = await runPipeline(Scores, { files: ['a', 'x', 'd'] }, { stack });
    expect(await why(stack, run.id, 'score-2')).toMatchObject({
      reason: 'argument file changed from "b" to "x".',
      nearest: `${first.run.id}/score-2`,
    });
  });
});
