/**
 * Branches that run side by side, files as artifacts, and early cut-off: `sluice run branches --words 2000`, then change `--top`
 * and see that only the last step runs.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileRef, pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

const SYLLABLES = ['ka', 'lo', 'mi', 'ne', 'su', 'ti'];

class TextSteps {
  /** A text of made-up words, the same for the same seed. */
  @step() async write(words: number, seed: number): Promise<{ text: FileRef; words: number }> {
    const file = join(stepContext().workDir, `text-${seed}.txt`);
    let state = seed + 1;
    const next = (): string => {
      state = (state * 48271) % 2147483647;
      return SYLLABLES[state % SYLLABLES.length] ?? '';
    };
    await writeFile(file, Array.from({ length: words }, () => next() + next()).join(' '));
    return { text: FileRef.of(file), words };
  }

  @step() async count(text: FileRef): Promise<{ counts: Record<string, number> }> {
    const counts: Record<string, number> = {};
    for (const word of (await readFile(text.path, 'utf8')).split(' ')) counts[word] = (counts[word] ?? 0) + 1;
    stepContext().tracker.metrics({ distinct: Object.keys(counts).length });
    return { counts };
  }

  @step() async merge(all: readonly Record<string, number>[], top: number): Promise<readonly [string, number][]> {
    const total = new Map<string, number>();
    for (const counts of all)
      for (const [word, n] of Object.entries(counts)) total.set(word, (total.get(word) ?? 0) + n);
    return [...total].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)).slice(0, top);
  }
}

const BranchesParams = z.object({
  words: z.int().positive().default(1000).describe('Words in each text'),
  seeds: z.array(z.int()).default([1, 2, 3]).describe('One text, and one branch, for each'),
  top: z.int().positive().default(5).describe('How many words the result lists'),
});

@pipeline({ name: 'branches', description: 'Counts words of several texts side by side.', params: BranchesParams })
export class Branches {
  async run({ words, seeds, top }: z.output<typeof BranchesParams>) {
    const steps = new TextSteps();
    const counted = await Promise.all(
      seeds.map(async (seed) => {
        const { text } = await steps.write(words, seed);
        return (await steps.count(text)).counts;
      }),
    );
    return steps.merge(counted, top);
  }
}
