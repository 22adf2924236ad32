import { expect, it } from 'vitest';
import { WordSteps } from '../pipelines/count-words.pipeline.ts';

// Outside a run a step is a plain method: no engine, no store.
it('counts words, the most frequent first', async () => {
  const steps = new WordSteps();
  const { words } = await steps.split('A dog, a cat; a dog.');
  expect(await steps.count(words, 2)).toEqual([
    ['a', 3],
    ['dog', 2],
  ]);
});
