/** A chain of steps that only count: the same one as in the programs of the peers beside this file. */
import { pipeline, step } from 'sluice';
import { z } from 'zod';

class ChainSteps {
  @step() async add({ n }: { readonly n: number }): Promise<{ n: number }> {
    return { n: n + 1 };
  }
}

const ChainParams = z.object({
  count: z.int().min(1).describe('Steps'),
  salt: z.int().describe('Where counting begins; another one is another key for every step'),
});

@pipeline({ name: 'chain', params: ChainParams })
export class Chain {
  async run({ count, salt }: z.output<typeof ChainParams>) {
    const steps = new ChainSteps();
    let last = { n: salt };
    for (let i = 0; i < count; i++) last = await steps.add(last);
    return last;
  }
}
