import { pipeline, step } from 'sluice';
import { z } from 'zod';

export class WordSteps {
  @step() async split(text: string): Promise<{ words: string[] }> {
    return { words: text.toLowerCase().match(/\p{L}+/gu) ?? [] };
  }

  @step() async count(words: string[], top: number): Promise<[string, number][]> {
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    return [...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).slice(0, top);
  }
}

const Params = z.object({
  text: z
    .string()
    .default('the quick brown fox jumps over the lazy dog, and the dog sleeps on')
    .describe('What to count'),
  top: z.int().positive().default(3).describe('How many words the result lists'),
});

@pipeline({ name: 'count-words', description: 'Counts the words of a text.', params: Params })
export class CountWords {
  async run({ text, top }: z.output<typeof Params>) {
    const steps = new WordSteps();
    const { words } = await steps.split(text);
    return steps.count(words, top);
  }
}
